//! Which proxy a feed is fetched through: what the environment says, as other programs read it.
//!
//! `http_proxy`, `https_proxy` and `all_proxy` name proxies by the scheme of the URL; `no_proxy` lists
//! hosts, domains (`.example.org` or `example.org`) and `*` that are asked directly. Small letters go
//! before capitals, and `HTTP_PROXY` in capitals is not read: a CGI client could set it. This computer
//! itself is always asked directly.

use plokk_ical_io::Location;

/// The proxy for a feed, by the variables of the environment that `of` looks up.
pub(crate) fn for_feed(location: &Location, of: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let Location::Url(url) = location else { return None };
    let (scheme, rest) = url.split_once("://")?;
    let host = host(rest);
    if is_here(&host) || first(of, &["no_proxy", "NO_PROXY"]).is_some_and(|list| is_listed(&host, &list)) {
        return None;
    }
    match scheme.to_ascii_lowercase().as_str() {
        // Calendars behind webcal are asked for over TLS first.
        "http" => first(of, &["http_proxy", "all_proxy", "ALL_PROXY"]),
        _ => first(of, &["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]),
    }
}

fn first(of: &dyn Fn(&str) -> Option<String>, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| of(name).filter(|value| !value.is_empty()))
}

/// The host of a URL without its scheme, in small letters.
fn host(rest: &str) -> String {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let address = authority.rsplit_once('@').map_or(authority, |(_, address)| address);
    let host = match address.strip_prefix('[') {
        Some(ipv6) => ipv6.split(']').next().unwrap_or_default(),
        None => address.split(':').next().unwrap_or_default(),
    };
    host.to_ascii_lowercase()
}

fn is_here(host: &str) -> bool {
    host == "localhost" || host == "::1" || host.starts_with("127.")
}

fn is_listed(host: &str, list: &str) -> bool {
    let entries = list.split([',', ' ']).map(|entry| entry.trim().to_ascii_lowercase());
    entries.filter(|entry| !entry.is_empty()).any(|entry| {
        let domain = entry.trim_start_matches("*.").trim_start_matches('.');
        entry == "*" || host == domain || host.strip_suffix(domain).is_some_and(|start| start.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(url: &str, variables: &[(&str, &str)]) -> Option<String> {
        let of =
            |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
        for_feed(&Location::Url(url.to_owned()), &of)
    }

    #[test]
    fn the_scheme_names_the_proxy() {
        let both = [("http_proxy", "http://plain:1"), ("HTTPS_PROXY", "http://secure:2")];
        assert_eq!(proxy("http://calendar.example/a.ics", &both).as_deref(), Some("http://plain:1"));
        assert_eq!(proxy("https://calendar.example/a.ics", &both).as_deref(), Some("http://secure:2"));
        assert_eq!(proxy("webcal://calendar.example/a.ics", &both).as_deref(), Some("http://secure:2"));
        assert_eq!(proxy("http://calendar.example/a.ics", &[("HTTP_PROXY", "http://cgi:3")]), None);
        assert_eq!(proxy("http://calendar.example/a.ics", &[("http_proxy", "")]), None);
    }

    #[test]
    fn hosts_that_are_listed_and_this_computer_are_asked_directly() {
        let no = |list| [("all_proxy", "http://proxy:1"), ("no_proxy", list)];
        assert_eq!(proxy("http://user:secret@cal.example.org:8080/a", &no("other, .example.org")), None);
        assert_eq!(proxy("http://cal.example.org/a", &no("*")), None);
        assert!(proxy("http://notexample.org/a", &no("example.org")).is_some());
        for here in ["http://localhost:8080/a", "http://127.0.0.1/a", "http://[::1]:80/a"] {
            assert_eq!(proxy(here, &no("")), None, "{here}");
        }
    }

    #[test]
    fn files_need_no_proxy() {
        let of = |_: &str| Some("http://proxy:1".to_owned());
        assert_eq!(for_feed(&Location::Path("feeds/a.ics".into()), &of), None);
    }
}
