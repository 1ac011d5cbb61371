//! The desks that are served: which token opens what, and the files, read anew when they change.

use crate::tokens::{Token, Tokens, split};
use axum::body::Bytes;
use chrono::{DateTime, Utc};
use flate2::Compression;
use flate2::write::GzEncoder;
use plokk_engine::{PLAN_FILE, Settings};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime};

/// An unknown token makes the server look for new ones, but for every desk it has no more often: whoever
/// guesses must not keep it busy.
const LOOK_AGAIN: Duration = Duration::from_micros(200);
/// So many bytes of calendars are kept in memory.
const MOST_KEPT: usize = 256 << 20;
/// The page of the plan, where the planner has written one.
const REPORT: &str = "report.html";
/// What a token calls the plan.
const PLAN: &str = "plan";

/// What a desk publishes, by the names that tokens and addresses have for it, with the paths in the
/// output folder: every calendar, and the plan.
pub(crate) fn names(settings: &Settings) -> Vec<(String, String)> {
    let mut names = Vec::new();
    for path in plokk_engine::published_paths(settings) {
        if let Some(name) = path.strip_suffix(".ics") {
            names.push((name.strip_prefix("clients/").unwrap_or(name).to_owned(), path));
        }
    }
    // A client may be called like the plan; then the calendar goes before.
    if names.iter().all(|(name, _)| name != PLAN) {
        names.push((PLAN.to_owned(), PLAN_FILE.to_owned()));
    }
    names
}

/// When and how large a file was: whether it is still the one that was read.
type Mark = Option<(SystemTime, u64, u64)>;

fn mark(path: &Path) -> Mark {
    let meta = fs::metadata(path).ok()?;
    #[cfg(unix)]
    let inode = std::os::unix::fs::MetadataExt::ino(&meta);
    #[cfg(not(unix))]
    let inode = 0;
    Some((meta.modified().ok()?, meta.len(), inode))
}

/// Every desk that is served.
pub(crate) struct Desks {
    desks: Vec<Desk>,
    /// Which desk a token's id belongs to.
    owners: RwLock<HashMap<String, usize>>,
    looked: Mutex<Instant>,
    kept: RwLock<HashMap<PathBuf, Arc<Calendar>>>,
}

struct Desk {
    folder: PathBuf,
    tokens: Tokens,
    known: RwLock<(Mark, Arc<Vec<Token>>)>,
    layout: RwLock<(Mark, Option<Arc<Layout>>)>,
}

/// Where a desk publishes what.
struct Layout {
    output: PathBuf,
    /// By name: the path in the output folder, and what it is called for eyes.
    names: HashMap<String, (String, String)>,
}

/// A published calendar, as it is served.
pub(crate) struct Calendar {
    mark: Mark,
    pub(crate) name: String,
    pub(crate) bytes: Bytes,
    packed: OnceLock<Bytes>,
    /// A digest of the bytes, without quotes.
    pub(crate) digest: String,
    pub(crate) modified: DateTime<Utc>,
}

impl Calendar {
    /// The calendar, gzipped.
    pub(crate) fn packed(&self) -> Bytes {
        let pack = || {
            let mut packer = GzEncoder::new(Vec::new(), Compression::default());
            let packed = packer.write_all(&self.bytes).and_then(|()| packer.finish());
            Bytes::from(packed.unwrap_or_default())
        };
        self.packed.get_or_init(pack).clone()
    }
}

/// A request whose token is right.
pub(crate) struct Pass<'d> {
    desks: &'d Desks,
    layout: Arc<Layout>,
    token: Token,
}

impl Desks {
    /// Serves these desks.
    pub(crate) fn new(folders: Vec<PathBuf>) -> Desks {
        let desk = |folder: PathBuf| Desk {
            tokens: Tokens::of(&folder.join(".plokk")),
            known: RwLock::default(),
            layout: RwLock::default(),
            folder,
        };
        let desks = Desks {
            desks: folders.into_iter().map(desk).collect(),
            owners: RwLock::default(),
            looked: Mutex::new(Instant::now()),
            kept: RwLock::default(),
        };
        desks.look();
        desks
    }

    /// The folders of the desks.
    pub(crate) fn folders(&self) -> Vec<PathBuf> {
        self.desks.iter().map(|desk| desk.folder.clone()).collect()
    }

    /// Looks whose tokens there are.
    fn look(&self) {
        let mut owners = HashMap::new();
        for (place, desk) in self.desks.iter().enumerate() {
            for token in desk.tokens().iter() {
                owners.insert(token.id.clone(), place);
            }
        }
        *self.owners.write().unwrap_or_else(PoisonError::into_inner) = owners;
    }

    /// Lets a request in whose token is right.
    pub(crate) fn admit(&self, token: &str) -> Option<Pass<'_>> {
        let (id, secret) = split(token)?;
        let owner = || self.owners.read().unwrap_or_else(PoisonError::into_inner).get(id).copied();
        let desk = match owner() {
            Some(place) => &self.desks[place],
            None => {
                let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
                let desks = u32::try_from(self.desks.len()).unwrap_or(u32::MAX);
                if looked.elapsed() < LOOK_AGAIN.saturating_mul(desks) {
                    return None;
                }
                self.look();
                *looked = Instant::now();
                drop(looked);
                &self.desks[owner()?]
            }
        };
        // What was taken back since is not found here: the file is asked each time.
        let token =
            desk.tokens().iter().find(|known| known.id == id && known.is_opened_by(secret)).cloned()?;
        Some(Pass { desks: self, layout: desk.layout()?, token })
    }

    /// A file of the output folder, read anew if it has changed.
    fn calendar(&self, path: &Path, name: &str) -> Option<Arc<Calendar>> {
        let now = mark(path)?;
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
        if let Some(kept) = kept.filter(|kept| kept.mark == Some(now)) {
            return Some(kept);
        }
        let bytes = Bytes::from(fs::read(path).ok()?);
        let digest = Sha256::digest(&bytes).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let calendar = Arc::new(Calendar {
            mark: Some(now),
            name: name.to_owned(),
            digest,
            bytes,
            packed: OnceLock::new(),
            modified: DateTime::from(now.0),
        });
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        let bytes: usize = kept.values().map(|calendar| calendar.bytes.len()).sum();
        if bytes + calendar.bytes.len() > MOST_KEPT {
            kept.clear();
        }
        kept.insert(path.to_owned(), Arc::clone(&calendar));
        Some(calendar)
    }
}

impl Desk {
    /// The desk's tokens, read anew if they have changed. Where they cannot be read nobody has one.
    fn tokens(&self) -> Arc<Vec<Token>> {
        let now = mark(self.tokens.file());
        {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            if known.0 == now {
                return Arc::clone(&known.1);
            }
        }
        let tokens = Arc::new(self.tokens.read().unwrap_or_default());
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = (now, Arc::clone(&tokens));
        tokens
    }

    /// Where the desk publishes what; while its settings have a fault, as before.
    fn layout(&self) -> Option<Arc<Layout>> {
        let file = self.folder.join(crate::home::SETTINGS);
        let now = mark(&file);
        {
            let layout = self.layout.read().unwrap_or_else(PoisonError::into_inner);
            if layout.0 == now && layout.1.is_some() {
                return layout.1.clone();
            }
        }
        let settings =
            fs::read_to_string(&file).ok().and_then(|text| Settings::read(&text, "plokk.toml").ok());
        let mut layout = self.layout.write().unwrap_or_else(PoisonError::into_inner);
        layout.0 = now;
        if let Some(settings) = settings {
            layout.1 = Some(Arc::new(Layout::of(&self.folder, &settings)));
        }
        layout.1.clone()
    }
}

impl Layout {
    fn of(folder: &Path, settings: &Settings) -> Layout {
        let called = |name: &str, path: &str| {
            let client = settings.clients.iter().find(|client| path == format!("clients/{}.ics", client.id));
            let assistant = settings.assistants.iter().find(|assistant| assistant.id == name);
            let busy = settings.assistants.iter().find(|assistant| name == format!("{}-busy", assistant.id));
            match (client, assistant, busy) {
                (Some(client), ..) => format!("{}: planned work", client.name),
                (_, Some(assistant), _) => assistant.name.clone(),
                (.., Some(assistant)) => format!("{}: busy", assistant.name),
                _ => "The plan".to_owned(),
            }
        };
        let names = names(settings).into_iter().map(|(name, path)| {
            let called = called(&name, &path);
            (name, (path, called))
        });
        Layout { output: folder.join(&settings.planning.output), names: names.collect() }
    }
}

impl Pass<'_> {
    /// What the token opens: the names, and what they are called.
    pub(crate) fn opened(&self) -> Vec<(String, String)> {
        let names = self.token.names.iter();
        names.filter_map(|name| Some((name.clone(), self.layout.names.get(name)?.1.clone()))).collect()
    }

    /// A calendar that the token opens.
    pub(crate) fn calendar(&self, name: &str) -> Option<Arc<Calendar>> {
        let (path, _) = self.layout.names.get(name).filter(|_| self.token.opens(name))?;
        if path == PLAN_FILE {
            return None;
        }
        self.desks.calendar(&self.layout.output.join(path), name)
    }

    /// The plan, if the token opens it: the planner's own page, else the plan for programs.
    pub(crate) fn plan(&self) -> Option<Plan> {
        let (path, _) = self.layout.names.get(PLAN).filter(|_| self.token.opens(PLAN))?;
        if path != PLAN_FILE {
            return None;
        }
        if let Ok(page) = fs::read_to_string(self.layout.output.join(REPORT)) {
            return Some(Plan::Page(page));
        }
        let bytes = fs::read(self.layout.output.join(path)).ok()?;
        serde_json::from_slice(&bytes).ok().map(|plan| Plan::Data(Box::new(plan)))
    }
}

/// The plan as it was found.
pub(crate) enum Plan {
    /// A whole page.
    Page(String),
    /// What a page is made of.
    Data(Box<plokk_engine::Plan>),
}
