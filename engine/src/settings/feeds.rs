//! Feeds as the settings name them: files and folders of the desk, and addresses.

use super::Settings;
use super::nearest::{did_you_mean, nearest};
use super::reader::Cause;
use std::path::Path;

const SCHEMES: [&str; 4] = ["https", "http", "webcal", "webcals"];

/// Reads where a feed is.
pub(crate) fn feed(text: &str) -> Result<String, Cause> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Cause::of("is empty"));
    }
    match scheme(text) {
        None => Ok(text.to_owned()),
        Some("file") => Err(Cause::hinted("a file is named without file:", "write its path alone")),
        Some(scheme) if SCHEMES.contains(&scheme.to_lowercase().as_str()) => Ok(text.to_owned()),
        Some(scheme) => Err(Cause {
            cause: format!("cannot fetch from {scheme}:"),
            hint: did_you_mean(scheme, SCHEMES)
                .or_else(|| Some(format!("known here: {}", SCHEMES.join(", ")))),
            span: None,
        }),
    }
}

/// What stands before the colon of an address; `None` for a path. One letter is a Windows drive.
fn scheme(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once(':')?;
    let letters = scheme.len() > 1 && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+');
    (letters && (rest.starts_with("//") || scheme.to_lowercase().starts_with("webcal"))).then_some(scheme)
}

/// Notes a file or folder that is not there, and the one that may be meant.
pub(crate) fn exists(feed: &str, folder: &Path) -> Result<(), Cause> {
    let path = folder.join(feed);
    if scheme(feed).is_some() || feed == "-" || path.exists() {
        return Ok(());
    }
    let parent = path.parent().unwrap_or(folder);
    let Ok(entries) = std::fs::read_dir(parent) else {
        let shown = Path::new(feed).parent().map(|p| p.display().to_string()).unwrap_or_default();
        return Err(Cause::hinted(
            format!("{feed:?} does not exist"),
            format!("there is no folder {shown:?}"),
        ));
    };
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort();
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let near = nearest(name, names.iter().map(String::as_str));
    let hint = near.map(|near| format!("did you mean {:?}?", feed.replace(name, near)));
    Err(Cause { cause: format!("{feed:?} does not exist"), hint, span: None })
}

/// The published file that a feed is, if it is one: reading and writing one file in turn would plan
/// around the plan itself.
pub(crate) fn published(feed: &str, settings: &Settings) -> Option<String> {
    if scheme(feed).is_some() {
        return None;
    }
    let plain =
        |path: &str| path.replace('\\', "/").trim_start_matches("./").trim_end_matches('/').to_lowercase();
    let output = plain(&settings.planning.output);
    let inside =
        |name: String| if output.is_empty() || output == "." { name } else { format!("{output}/{name}") };
    let own =
        settings.assistants.iter().flat_map(|a| [format!("{}.ics", a.id), format!("{}-busy.ics", a.id)]);
    let clients = settings.clients.iter().map(|c| format!("clients/{}.ics", c.id));
    let folders = ["clients".to_owned(), String::new()];
    own.chain(clients).chain(folders).map(inside).find(|path| plain(path) == plain(feed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_paths_from_addresses() {
        for good in [
            "feeds/mari.ics",
            "https://x.example/a.ics",
            "webcal:x.example/a",
            r"C:\feeds\mari.ics",
            "a:b.ics",
        ] {
            assert!(feed(good).is_ok(), "{good}");
        }
        for bad in ["", " ", "ftp://x.example/a.ics", "file:///a.ics"] {
            assert!(feed(bad).is_err(), "{bad}");
        }
        assert_eq!(feed("htps://x").expect_err("misspelt").hint.as_deref(), Some("did you mean \"https\"?"));
    }
}
