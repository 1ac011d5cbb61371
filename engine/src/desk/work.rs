//! From VTODOs to work.

use super::local::midnight;
use super::shelf::{Shelf, Shelved};
use super::values::{length, truth, when};
use super::weight::{Urgency, urgency, weight};
use super::working::WorkingTime;
use super::{DueFrom, Window, Work};
use crate::settings::{Category, Settings, WorkingDuration};
use chrono::{DateTime, TimeDelta, Utc};
use plokk_ical_io::{Link, Todo, TodoStatus, When, Zone, todos};
use std::collections::{BTreeMap, BTreeSet};

/// Work as it stands in a feed, its links not yet looked up.
pub(crate) struct Draft {
    pub(crate) work: Work,
    pub(crate) links: Vec<Link>,
    /// Which instance of a series it is.
    pub(crate) instance: Option<String>,
    /// The feed's place in the settings' order.
    pub(crate) feed: usize,
}

/// All the work of the feeds.
#[derive(Default)]
pub(crate) struct Gathered {
    pub(crate) drafts: Vec<Draft>,
    /// Work that is done or called off: UIDs and ids of instances.
    pub(crate) closed: BTreeSet<String>,
}

/// Whose feed is read.
#[derive(Clone, Copy)]
enum Whose {
    Client(usize),
    Assistant(usize),
}

/// What work is made from, apart from its VTODO.
pub(crate) struct Sources<'s> {
    pub(crate) settings: &'s Settings,
    pub(crate) shelf: &'s Shelf,
    pub(crate) assistants: &'s [WorkingTime],
    pub(crate) clients: &'s [WorkingTime],
    pub(crate) horizon: Window,
    pub(crate) now: DateTime<Utc>,
}

impl Sources<'_> {
    /// The work of every feed: the clients' first, then the assistants' own. Of work that stands in
    /// several feeds the first counts.
    pub(crate) fn gather(&self) -> Gathered {
        let mut gathered = Gathered::default();
        let mut first: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        let mut unknown: BTreeSet<(usize, String)> = BTreeSet::new();
        let clients = self.settings.clients.iter().enumerate().map(|(n, c)| (Whose::Client(n), &c.feeds));
        let own = self.settings.assistants.iter().enumerate().map(|(n, a)| (Whose::Assistant(n), &a.feeds));
        let read =
            clients.chain(own).flat_map(|(whose, feeds)| self.shelf.of(feeds).map(move |s| (whose, s)));
        for (pass, (whose, shelved)) in read.enumerate() {
            let window = plokk_ical_io::Window::new(self.horizon.from, self.horizon.to);
            let found = todos(&shelved.calendar, window, &Zone::Iana(self.hours(whose).tz));
            self.shelf.faults(shelved.index, found.faults);
            for todo in self.bounded(shelved, found.items) {
                let id = self.id(shelved, &todo);
                if let Some((feed, earlier)) = first.get(&id) {
                    // A feed that two people share is read twice, and says the same twice.
                    if *feed != shelved.index || *earlier == pass {
                        let message =
                            format!("{id:?} stands in the feeds more than once; this one is left out");
                        self.warn(shelved, &todo, "duplicate-work", message);
                    }
                    continue;
                }
                first.insert(id.clone(), (shelved.index, pass));
                if matches!(todo.status, TodoStatus::Completed | TodoStatus::Cancelled) {
                    gathered.closed.insert(id);
                    continue;
                }
                let work = self.work(whose, shelved, &todo, id, &mut unknown);
                let (links, instance) = (todo.after, todo.recurrence_id);
                gathered.drafts.push(Draft { work, links, instance, feed: shelved.index });
            }
        }
        gathered
    }

    /// No more instances of a series than can be meant.
    fn bounded(&self, shelved: &Shelved, mut todos: Vec<Todo>) -> Vec<Todo> {
        let mut instances: BTreeMap<String, usize> = BTreeMap::new();
        todos.retain(|todo| {
            let count = instances.entry(todo.uid.clone()).or_default();
            *count += 1;
            if *count == MOST_INSTANCES + 1 {
                let most = format!("{:?} has more than {MOST_INSTANCES} open instances", todo.uid);
                self.warn(shelved, todo, "too-many-instances", format!("{most}; the rest is left out"));
            }
            *count <= MOST_INSTANCES
        });
        todos
    }

    fn hours(&self, whose: Whose) -> &WorkingTime {
        match whose {
            Whose::Client(n) => &self.clients[n],
            Whose::Assistant(n) => &self.assistants[n],
        }
    }

    fn warn(&self, shelved: &Shelved, todo: &Todo, code: &str, message: String) {
        self.shelf.warn(
            shelved.index,
            code,
            &shelved.source,
            Some(todo.line).filter(|line| *line > 0),
            message,
        );
    }

    fn id(&self, shelved: &Shelved, todo: &Todo) -> String {
        let uid = if todo.uid.is_empty() {
            let message = format!("{:?} has no UID; its summary stands for one", todo.summary);
            self.warn(shelved, todo, "missing-uid", message);
            format!("no-uid:{}", todo.summary)
        } else {
            todo.uid.clone()
        };
        match &todo.recurrence_id {
            Some(instance) => format!("{uid}@{instance}"),
            None => uid,
        }
    }

    /// One VTODO as work; what it does not say, its category and client do.
    fn work(
        &self,
        whose: Whose,
        shelved: &Shelved,
        todo: &Todo,
        id: String,
        unknown: &mut BTreeSet<(usize, String)>,
    ) -> Work {
        let category = self.category(shelved, todo, unknown);
        let hours = self.hours(whose);
        let instant = |when: When| match when {
            When::Instant(at) => at,
            When::Date(date) => midnight(hours.tz, date),
        };
        let release = todo.start.map_or(self.horizon.from, instant);
        let (due, due_from) = self.due(whose, todo);
        let deadline = self.deadline(whose, shelved, todo);
        if due_from == DueFrom::Said && due <= release {
            let message = format!("{id:?} is due before it may start");
            self.warn(shelved, todo, "due-before-start", message);
        }
        let estimate = self.estimate(shelved, todo, &category);
        let limit = |name| self.read(shelved, todo, name, length);
        let (min, max) = (limit("X-PLOKK-MIN-CHUNK"), limit("X-PLOKK-MAX-CHUNK"));
        let max_chunk = max.unwrap_or_else(|| category.max_chunk.max(min.unwrap_or_default()));
        let min_chunk = min.unwrap_or(category.min_chunk).min(max_chunk);
        let live = self.read(shelved, todo, "X-PLOKK-LIVE", truth).unwrap_or(category.live);
        let (client, owner) = match whose {
            Whose::Client(n) => (Some(n), None),
            Whose::Assistant(n) => (None, Some(n)),
        };
        Work {
            uid: todo.uid.clone(),
            client,
            owner,
            summary: todo.summary.clone(),
            estimate,
            percent: todo.percent.min(100),
            remaining: estimate * i32::from(100 - todo.percent.min(100)) / 100,
            release,
            due,
            due_from,
            deadline,
            min_chunk,
            max_chunk,
            weight: self.weight(client, todo.priority, due, due_from, deadline),
            priority: todo.priority,
            live: live && client.is_some(),
            prefer: category.prefer.clone(),
            assistants: self.who(whose, shelved, todo, &category),
            category: category.name,
            after: Vec::new(),
            source: shelved.source.clone(),
            line: Some(todo.line).filter(|line| *line > 0),
            id,
        }
    }

    /// The first of CATEGORIES, as the settings spell it. One that has no table keeps its name, so that
    /// work of one kind is still done together, and has the usual values; that is said where the settings
    /// have tables at all and it is nobody's skill.
    fn category(&self, shelved: &Shelved, todo: &Todo, unknown: &mut BTreeSet<(usize, String)>) -> Category {
        let named = todo.categories.iter().map(|name| name.trim()).find(|name| !name.is_empty());
        let name = named.unwrap_or(Category::GENERAL);
        let lower = name.to_lowercase();
        let table = self.settings.categories.iter().find(|table| table.name.to_lowercase() == lower);
        if let Some(table) = table {
            return table.clone();
        }
        let skill = || {
            let skills = self.settings.assistants.iter().filter_map(|a| a.skills.as_ref()).flatten();
            skills.into_iter().find(|skill| skill.to_lowercase() == lower)
        };
        let named_elsewhere = self.settings.categories.is_empty() || skill().is_some();
        if named.is_some() && !named_elsewhere && unknown.insert((shelved.index, lower.clone())) {
            let message = format!("the category {name:?} is not in the settings; the usual values are taken");
            self.warn(shelved, todo, "unknown-category", message);
        }
        let name = skill().map_or_else(|| name.to_owned(), Clone::clone);
        Category { name, ..Category::default() }
    }

    /// ESTIMATED-DURATION, else DURATION, else the category's.
    fn estimate(&self, shelved: &Shelved, todo: &Todo, category: &Category) -> TimeDelta {
        let duration = || todo.component.property("DURATION").and_then(|p| length(p.raw_value()));
        match todo.estimate.or_else(duration) {
            Some(estimate) if estimate > TimeDelta::zero() && estimate <= LONGEST => estimate,
            Some(_) => {
                let minutes = category.estimate.num_minutes();
                let message =
                    format!("the estimate of {:?} makes no sense; taken as {minutes} minutes", todo.uid);
                self.warn(shelved, todo, "bad-estimate", message);
                category.estimate
            }
            None => category.estimate,
        }
    }

    /// When work is due, and how that is known. DURATION is an estimate here and says nothing of it.
    fn due(&self, whose: Whose, todo: &Todo) -> (DateTime<Utc>, DueFrom) {
        let hours = self.hours(whose);
        if let (Some(due), true) = (todo.due, todo.component.property("DUE").is_some()) {
            return (end(hours, due), DueFrom::Said);
        }
        let Whose::Client(n) = whose else { return (self.horizon.to, DueFrom::Horizon) };
        let start = match todo.start {
            Some(When::Instant(at)) => at,
            Some(When::Date(date)) => midnight(hours.tz, date),
            None => todo.created.unwrap_or(self.now),
        };
        // A client without hours cannot be waited for: the first assistant's count.
        let counted = if hours.is_empty() { self.assistants.first().unwrap_or(hours) } else { hours };
        match self.settings.clients[n].response {
            Some(WorkingDuration::Elapsed(length)) => (start + length, DueFrom::Response),
            Some(WorkingDuration::Working(length)) => (counted.after(start, length), DueFrom::Response),
            None => (self.horizon.to, DueFrom::Horizon),
        }
    }

    fn deadline(&self, whose: Whose, shelved: &Shelved, todo: &Todo) -> Option<DateTime<Utc>> {
        let hours = self.hours(whose);
        let property = todo.component.property("X-PLOKK-DEADLINE")?;
        let deadline = when(property, &shelved.calendar, hours.tz).map(|when| end(hours, when));
        if deadline.is_none() {
            self.malformed(shelved, todo, "X-PLOKK-DEADLINE", property.raw_value(), property.line());
        }
        deadline
    }

    fn weight(
        &self,
        client: Option<usize>,
        priority: u8,
        due: DateTime<Utc>,
        due_from: DueFrom,
        deadline: Option<DateTime<Utc>>,
    ) -> f64 {
        let weights = &self.settings.weights;
        let due = (due_from != DueFrom::Horizon).then_some(due);
        let soonest = due.into_iter().chain(deadline).min();
        let to_horizon = self.horizon.to - self.now;
        let urgency: Urgency = urgency(weights, soonest.map(|due| due - self.now), to_horizon);
        weight(weights, priority, urgency, client.map_or(1.0, |n| self.settings.clients[n].weight))
    }

    /// Who may do it: those it names, else its owner, else those who have the skill. Work that names no
    /// category needs no skill.
    fn who(&self, whose: Whose, shelved: &Shelved, todo: &Todo, category: &Category) -> Vec<usize> {
        let assistants = &self.settings.assistants;
        let mut named = BTreeSet::new();
        for property in todo.component.properties_named("X-PLOKK-ASSISTANT") {
            for text in property.texts() {
                let wanted = text.to_lowercase();
                let wanted = wanted.strip_prefix("mailto:").unwrap_or(&wanted);
                let found = assistants.iter().position(|a| {
                    a.id.to_lowercase() == wanted
                        || a.name.to_lowercase() == wanted
                        || a.email.as_deref() == Some(wanted)
                });
                match found {
                    Some(index) => drop(named.insert(index)),
                    None => self.malformed(shelved, todo, "X-PLOKK-ASSISTANT", &text, property.line()),
                }
            }
        }
        if !named.is_empty() {
            return named.into_iter().collect();
        }
        if let Whose::Assistant(owner) = whose {
            return vec![owner];
        }
        let wanted = category.name.to_lowercase();
        let able = |skills: &Option<Vec<String>>| {
            let has = |skills: &Vec<String>| skills.iter().any(|skill| skill.to_lowercase() == wanted);
            category.name == Category::GENERAL || skills.as_ref().is_none_or(has)
        };
        (0..assistants.len()).filter(|n| able(&assistants[*n].skills)).collect()
    }

    /// A property of ours by a rule; one that is malformed counts as not said.
    fn read<T>(
        &self,
        shelved: &Shelved,
        todo: &Todo,
        name: &str,
        rule: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let property = todo.component.property(name)?;
        let text = property.unescaped();
        let value = rule(&text);
        if value.is_none() {
            self.malformed(shelved, todo, name, &text, property.line());
        }
        value
    }

    fn malformed(&self, shelved: &Shelved, todo: &Todo, name: &str, text: &str, line: u32) {
        let message = format!("{name} of {:?} cannot be {text:?}; it counts as not said", todo.uid);
        self.shelf.warn(
            shelved.index,
            "bad-value",
            &shelved.source,
            Some(line).filter(|line| *line > 0),
            message,
        );
    }
}

/// So many open instances of one series are taken: more than an hourly series has in two months.
const MOST_INSTANCES: usize = 1500;

/// An estimate longer than this is a slip: a year of hours.
const LONGEST: TimeDelta = TimeDelta::hours(366 * 24);

/// The instant that a due time means: a date is the end of somebody's working day.
fn end(hours: &WorkingTime, when: When) -> DateTime<Utc> {
    match when {
        When::Instant(at) => at,
        When::Date(date) => hours.end_of_day(date),
    }
}
