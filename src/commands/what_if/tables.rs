//! What-if for the terminal.

use crate::table::{Align, Table};
use crate::terminal::Paint;
use plokk_engine::what_if::{
    Answer, Chances, Figures, Hire, Near, NearTask, Outlook, Sellable, Step, WaysOut,
};
use std::collections::BTreeMap;

/// All of it.
pub(crate) fn report(outlook: &Outlook, answers: &[Answer]) -> String {
    let paint = Paint::for_data();
    let mut page = Page { paint, text: String::new() };
    let line = &outlook.timeline;
    page.head(&format!("{} to {}", line.edges[0], line.end() - chrono::Days::new(1)));
    page.table(&side_by_side(answers));
    for answer in answers {
        page.scenario(answer);
    }
    page.say("");
    page.dim(&demand(outlook));
    page.text
}

struct Page {
    paint: Paint,
    text: String,
}

impl Page {
    fn say(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn head(&mut self, line: &str) {
        let line = self.paint.bold(line);
        self.say(&line);
        self.say("");
    }

    fn dim(&mut self, line: &str) {
        let line = self.paint.dim(line);
        self.say(&line);
    }

    fn table(&mut self, table: &Table) {
        for (at, line) in table.lines().iter().enumerate() {
            if at == 0 { self.dim(line) } else { self.say(line) }
        }
    }

    fn scenario(&mut self, answer: &Answer) {
        self.say("");
        self.head(&answer.figures.scenario);
        self.table(&clients(answer));
        let few = |lines: Vec<String>| lines.into_iter().take(8).collect::<Vec<_>>();
        self.list("late or never done", &few(late(&answer.figures)));
        if let Some(fit) = &answer.first_fit {
            let line = match fit.from {
                Some(day) if fit.at_once => {
                    format!("{} fits from {day} on, without harm to anybody", fit.client)
                }
                Some(day) => format!(
                    "{} first fits from {day} on; before, it does {:.1} hours of harm",
                    fit.client, fit.harm
                ),
                None => format!("{} does not fit in these months: {:.1} hours of harm", fit.client, fit.harm),
            };
            self.list("when it fits", &[line]);
        }
        if let Some(ways) = &answer.ways_out {
            self.list("the smallest way out", &ways_out(ways));
        }
        if let Some(chances) = &answer.chances {
            self.list(
                &format!(
                    "chances, from {} futures, each within {:.1}%",
                    chances.runs,
                    chances.within * 100.0
                ),
                &few(self::chances(chances)),
            );
        }
        if let Some(near) = &answer.near {
            self.list(&format!("in blocks, until {}", near.until), &few(blocks(near)));
        }
        self.list("weeks that are full", &few(full(&answer.figures)));
        let prices: Vec<String> = answer
            .prices
            .iter()
            .map(|hour| {
                let when = hour
                    .day
                    .map_or_else(|| format!("in the week of {}", hour.week), |day| format!("on {day}"));
                format!(
                    "{} {when}: {:.1} points an hour, for {} h at least",
                    hour.assistant, hour.worth, hour.holds
                )
            })
            .collect();
        self.list("the dearest hours", &prices);
        if let Some(sellable) = &answer.sellable {
            self.list("still to be sold, every week", &sell(sellable));
        }
        if let Some(hire) = &answer.hire {
            self.list("a helper", &hired(hire));
        }
    }

    fn list(&mut self, title: &str, lines: &[String]) {
        if !lines.is_empty() {
            self.say("");
            let title = self.paint.yellow(title);
            self.say(&title);
            lines.iter().for_each(|line| self.say(&format!("  {line}")));
        }
    }
}

fn hours(hours: f64) -> String {
    if hours < 0.05 { "-".to_owned() } else { format!("{hours:.1}h") }
}

fn percent(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}

fn money(amounts: &BTreeMap<String, f64>) -> String {
    let amounts: Vec<String> =
        amounts.iter().map(|(currency, amount)| format!("{amount:.0} {currency}")).collect();
    if amounts.is_empty() { "-".to_owned() } else { amounts.join(", ") }
}

fn side_by_side(answers: &[Answer]) -> Table {
    let mut table = Table::new(&[
        ("scenario", Align::Left),
        ("cost", Align::Right),
        ("late", Align::Right),
        ("never done", Align::Right),
        ("retainers", Align::Right),
        ("load", Align::Right),
        ("to sell", Align::Right),
        ("income", Align::Left),
        ("costs", Align::Left),
    ]);
    for answer in answers {
        let figures = &answer.figures;
        let sum =
            |of: fn(&plokk_engine::what_if::WeekFigures) -> f64| figures.weeks.iter().map(of).sum::<f64>();
        let periods: usize = figures.clients.iter().map(|client| client.periods).sum();
        let met: usize = figures.clients.iter().map(|client| client.met).sum();
        table.row([
            figures.scenario.clone(),
            format!("{:.0}", figures.cost),
            hours(figures.late_hours),
            hours(figures.undone_hours),
            if periods == 0 { "-".to_owned() } else { format!("{met} of {periods}") },
            percent(sum(|week| week.load) / sum(|week| week.capacity).max(1e-9)),
            hours(sum(|week| week.sellable)),
            money(&figures.income),
            money(&figures.costs),
        ]);
    }
    table
}

fn clients(answer: &Answer) -> Table {
    let mut table = Table::new(&[
        ("client", Align::Left),
        ("work", Align::Right),
        ("late", Align::Right),
        ("never done", Align::Right),
        ("retainer", Align::Left),
        ("income", Align::Right),
    ]);
    for client in &answer.figures.clients {
        let retainer = match client.periods {
            0 => "-".to_owned(),
            periods if client.met == periods => "met".to_owned(),
            periods => format!("{} of {periods} met, {:.1}h short", client.met, client.short),
        };
        table.row([
            client.client.clone(),
            hours(client.hours),
            hours(client.late),
            hours(client.undone),
            retainer,
            client.income.map_or_else(|| "-".to_owned(), |income| format!("{income:.0}")),
        ]);
    }
    table
}

fn late(figures: &Figures) -> Vec<String> {
    let line = |task: &plokk_engine::what_if::LateTask| {
        let how = match task.days {
            Some(days) => format!("{days:.1} days late"),
            None => "never done in full".to_owned(),
        };
        let worth = if task.day_worth > 0.05 {
            format!("; a day later saves {:.1} points", task.day_worth)
        } else {
            String::new()
        };
        format!("{}: {}, due {}: {how}{worth}", task.client, task.name, task.due)
    };
    figures.late.iter().map(line).collect()
}

fn full(figures: &Figures) -> Vec<String> {
    let is_full =
        |week: &&plokk_engine::what_if::WeekFigures| week.capacity > 0.0 && week.load > 0.98 * week.capacity;
    let line = |week: &plokk_engine::what_if::WeekFigures| {
        format!(
            "{}: {:.1}h of {:.1}h; one more hour saves {:.1} points",
            week.week, week.load, week.capacity, week.hour_worth
        )
    };
    figures.weeks.iter().filter(is_full).map(line).collect()
}

/// The near weeks in blocks: what they hold, and what they do not.
fn blocks(near: &Near) -> Vec<String> {
    let task = |what: &str, task: &NearTask| {
        format!("{}: {}, due {}: {:.1}h {what}", task.client, task.name, task.due, task.hours)
    };
    let short =
        if near.short > 0.05 { format!(", {:.1}h short of retainers", near.short) } else { String::new() };
    let waiting = if near.waiting > 0.05 {
        format!(", {:.1}h wait that are due later", near.waiting)
    } else {
        String::new()
    };
    let first = format!(
        "{} blocks, {:.1}h{waiting}{short}; cost {:.0}, {}",
        near.blocks, near.hours, near.cost, near.status
    );
    let open = near.unscheduled.iter().map(|open| task("without room", open));
    let late = near.late.iter().map(|late| task("late", late));
    [first].into_iter().chain(open).chain(late).collect()
}

/// The least sure promises.
fn chances(chances: &Chances) -> Vec<String> {
    let mut lines: Vec<(f64, String)> = Vec::new();
    let range = |chance: &plokk_engine::what_if::Chance| {
        format!("{} ({} to {})", percent(chance.share), percent(chance.low), percent(chance.high))
    };
    for task in chances.tasks.iter().filter(|task| task.on_time.share < 0.95) {
        let line =
            format!("{}: {}, due {}: {} in time", task.client, task.name, task.due, range(&task.on_time));
        lines.push((task.on_time.share, line));
    }
    let mut worst: BTreeMap<&str, &plokk_engine::what_if::RetainerChance> = BTreeMap::new();
    for retainer in &chances.retainers {
        let worst = worst.entry(&retainer.client).or_insert(retainer);
        if retainer.met.share < worst.met.share {
            *worst = retainer;
        }
    }
    for retainer in worst.into_values() {
        let line = format!(
            "{}: retainer met {} from {}, the least sure period",
            retainer.client,
            range(&retainer.met),
            retainer.from
        );
        lines.push((retainer.met.share, line));
    }
    lines.sort_by(|a, b| a.0.total_cmp(&b.0));
    let sums = [("late", &chances.late_hours), ("never done", &chances.undone_hours)];
    let sums = sums.map(|(name, hours)| {
        format!("{name}: {:.1}h in half of the futures, {:.1}h in the worst tenth", hours.p50, hours.p90)
    });
    sums.into_iter().chain(lines.into_iter().map(|(_, line)| line)).collect()
}

fn ways_out(ways: &WaysOut) -> Vec<String> {
    let steps = |title: &str, steps: &Option<Vec<Step>>, proof: &str| match steps {
        None => vec![format!(
            "{title}: none of the {} changes thought of, nor all together, suffices",
            ways.thought_of
        )],
        Some(steps) => {
            let mut lines = vec![format!("{title} ({proof}, of {} thought of):", ways.thought_of)];
            lines.extend(steps.iter().map(|step| format!("  {} ({:.0}h)", step.words, step.hours)));
            lines
        }
    };
    let proof = |proven: bool, least: Option<String>| match least {
        Some(least) if !proven => {
            format!("irreducible, not proven the smallest: at least {least} are needed")
        }
        _ => "proven".to_owned(),
    };
    let fewest = proof(ways.fewest_proven, ways.fewest_at_least.map(|least| least.to_string()));
    let hours = proof(ways.least_hours_proven, ways.hours_at_least.map(|least| format!("{least:.0}h")));
    let mut lines = vec![format!("it does {:.1} hours of harm beside today's", ways.harm)];
    lines.extend(steps("fewest changes", &ways.fewest, &fewest));
    if ways.fewest != ways.least_hours || fewest != hours {
        lines.extend(steps("fewest hours", &ways.least_hours, &hours));
    }
    lines
}

fn sell(sellable: &Sellable) -> Vec<String> {
    let mut lines: Vec<String> = sellable
        .by_category
        .iter()
        .map(|(category, hours)| format!("{category}: up to {hours:.1}h"))
        .collect();
    if let (Some(currency), false) = (&sellable.currency, sellable.mix.is_empty()) {
        lines.push(format!("the mix that pays best, {:.0} {currency} a week:", sellable.earns));
        lines.extend(
            sellable
                .mix
                .iter()
                .map(|(client, hours, fee)| format!("  {client}: {hours:.1}h at {fee} {currency}")),
        );
    }
    lines
}

fn hired(hire: &Hire) -> Vec<String> {
    let currency = hire.currency.as_deref().unwrap_or("");
    let step = |step: &plokk_engine::what_if::HireStep| {
        format!(
            "{}h a week: busy for {:.0}h, saves {:.1} points each, {:.0}h less late or undone, pays up to {:.1} {currency} an hour",
            step.hours_a_week, step.used, step.saved, step.rescued, step.break_even
        )
    };
    let mut lines: Vec<String> = hire.steps.iter().map(step).collect();
    let first: Vec<String> = hire
        .first
        .iter()
        .filter(|(_, worth)| *worth > 0.05)
        .take(3)
        .map(|(category, worth)| format!("{category} ({worth:.1} points an hour)"))
        .collect();
    if !first.is_empty() {
        lines.push(format!("hand over first: {}", first.join(", ")));
    }
    lines
}

/// What the demand beyond the list is known from.
fn demand(outlook: &Outlook) -> String {
    let habits = &outlook.history.habits;
    let tracked = habits.iter().filter(|habit| habit.tracked).count();
    let hours: f64 = habits.iter().map(plokk_engine::what_if::Habit::hours_a_week).sum();
    format!(
        "Beside the list and what recurs, {hours:.1}h a week are expected to arrive, from {} kinds of work seen ({tracked} in tracked time).",
        habits.len()
    )
}
