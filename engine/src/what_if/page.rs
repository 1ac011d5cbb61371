//! What-if as one page for a browser: no script, no network, readable by a client or a partner.

use super::plot::{self, escape};
use super::{Answer, Chance, Figures, Hire, Near, NearTask, Outlook, Sellable, Step, WaysOut};
use plokk_ical_io::Zone;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The answers as one HTML page, today's desk first; the same answers give the same bytes.
#[must_use]
pub fn page(outlook: &Outlook, answers: &[Answer]) -> String {
    let line = &outlook.timeline;
    let last = line.end() - chrono::Days::new(1);
    let mut html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>What if: {} to {last}</title>\n\
         <style>\n{}</style>\n</head>\n<body>\n<main>\n<h1>What if</h1>\n<p class=\"soft\">{} to {last}, asked on {}. \
         Hours are what calendars leave free, less the reserve; work includes the buffers around it.</p>\n",
        line.edges[0],
        include_str!("page.css"),
        line.edges[0],
        Zone::from(line.zone).shown(outlook.question.now).format("%Y-%m-%d %H:%M"),
    );
    comparison(&mut html, answers);
    for answer in answers {
        scenario(&mut html, outlook, answer);
    }
    footer(&mut html, outlook);
    html.push_str("</main>\n</body>\n</html>\n");
    html
}

/// Adds to a page; writing to a `String` cannot fail.
macro_rules! add {
    ($html:expr, $($part:tt)*) => { let _ = writeln!($html, $($part)*); };
}

fn hours(hours: f64) -> String {
    if hours < 0.05 { "–".to_owned() } else { format!("{hours:.1} h") }
}

fn money(amounts: &BTreeMap<String, f64>) -> String {
    let amounts: Vec<String> =
        amounts.iter().map(|(currency, amount)| format!("{amount:.0} {currency}")).collect();
    if amounts.is_empty() { "–".to_owned() } else { amounts.join("<br>") }
}

fn sum(figures: &Figures, of: fn(&super::WeekFigures) -> f64) -> f64 {
    figures.weeks.iter().map(of).sum()
}

fn comparison(html: &mut String, answers: &[Answer]) {
    html.push_str(
        "<div class=\"card\"><table>\n<tr><th>Scenario</th><th>Cost</th><th>Late</th><th>Never done</th>\
                   <th>Retainers met</th><th>Load</th><th>Still to sell</th><th>Income</th></tr>\n",
    );
    for answer in answers {
        let f = &answer.figures;
        let (met, periods) = f.clients.iter().fold((0, 0), |(m, p), c| (m + c.met, p + c.periods));
        let bad = |is: bool| if is { " class=\"bad\"" } else { "" };
        add!(
            html,
            "<tr><td>{}</td><td>{:.0}</td><td{}>{}</td><td{}>{}</td><td{}>{met} of {periods}</td><td>{:.0}%</td><td>{}</td><td>{}</td></tr>",
            escape(&f.scenario),
            f.cost,
            bad(f.late_hours > 0.5),
            hours(f.late_hours),
            bad(f.undone_hours > 0.5),
            hours(f.undone_hours),
            bad(met < periods),
            100.0 * sum(f, |week| week.load) / sum(f, |week| week.capacity).max(1e-9),
            hours(sum(f, |week| week.sellable)),
            money(&f.income)
        );
    }
    html.push_str("</table></div>\n");
    if answers.len() > 1 {
        let rows = |of: &dyn Fn(&Figures) -> (f64, String)| -> Vec<(String, f64, String)> {
            answers.iter().map(|a| (a.figures.scenario.clone(), of(&a.figures).0, of(&a.figures).1)).collect()
        };
        let cost = rows(&|f| (f.cost, format!("{:.0} points", f.cost)));
        let harm = rows(&|f| (f.harm, format!("{:.1} h", f.harm)));
        let free =
            rows(&|f| (sum(f, |week| week.sellable), format!("{:.0} h", sum(f, |week| week.sellable))));
        add!(
            html,
            "<div class=\"card\">{}{}{}</div>",
            plot::bars("Cost: late work, missed retainers, waiting (less is better)", &cost),
            plot::bars("Harm: hours late, never done, or short of a retainer", &harm),
            plot::bars("Hours still to sell", &free)
        );
    }
}

fn scenario(html: &mut String, outlook: &Outlook, answer: &Answer) {
    let f = &answer.figures;
    add!(html, "<h2>{}</h2>", escape(&f.scenario));
    verdicts(html, answer);
    let whiskers = if answer.chances.is_some() { "; whiskers: eight of ten futures" } else { "" };
    add!(
        html,
        "<div class=\"card\"><h3>Load against capacity</h3>\n<p class=\"soft\">Hours taken each week of those there are{whiskers}. Work is done as soon as it can be.</p>"
    );
    html.push_str(&plot::load(&f.weeks, answer.chances.as_ref()));
    html.push_str("</div>\n");
    if let Some(near) = &answer.near {
        blocks(html, near);
    }
    sureness(html, answer);
    worth(html, outlook, answer);
    clients(html, f);
    if let Some(sellable) = &answer.sellable {
        sell(html, sellable);
    }
    if let Some(hire) = &answer.hire {
        helper(html, hire);
    }
}

/// The near weeks in blocks.
fn blocks(html: &mut String, near: &Near) {
    add!(
        html,
        "<div class=\"card\"><h3>In blocks, until {}</h3>\n<p class=\"soft\">{} blocks, {:.1} hours; {:.1} hours wait that are due later; {:.1} hours short of retainers; {}.</p>",
        near.until,
        near.blocks,
        near.hours,
        near.waiting,
        near.short,
        escape(&near.status)
    );
    let row = |what: &str, task: &NearTask| {
        format!(
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td class=\"bad\">{}</td></tr>\n",
            escape(&task.client),
            escape(&task.name),
            task.due,
            hours(task.hours),
            what
        )
    };
    if near.late.len() + near.unscheduled.len() > 0 {
        html.push_str("<table>\n<tr><th>Client</th><th>Task</th><th>Due</th><th>Hours</th><th></th></tr>\n");
        near.unscheduled.iter().for_each(|task| html.push_str(&row("without room", task)));
        near.late.iter().for_each(|task| html.push_str(&row("late", task)));
        html.push_str("</table>\n");
    }
    html.push_str("</div>\n");
}

fn verdicts(html: &mut String, answer: &Answer) {
    if let Some(fit) = &answer.first_fit {
        let (class, words) = match fit.from {
            Some(day) if fit.at_once => ("", format!("fits from {day} on, without harm to anybody.")),
            Some(day) => {
                (" no", format!("first fits from {day} on. Before, it does {:.1} hours of harm.", fit.harm))
            }
            None => (" no", format!("does not fit in these months: {:.1} hours of harm.", fit.harm)),
        };
        add!(html, "<div class=\"answer{class}\"><b>{}</b> {words}</div>", escape(&fit.client));
    }
    if let Some(ways) = &answer.ways_out {
        way(html, ways);
    }
}

fn way(html: &mut String, ways: &WaysOut) {
    let list = |steps: &[Step]| -> String {
        steps
            .iter()
            .map(|step| {
                format!("<li>{} <span class=\"soft\">({:.0} h)</span></li>", escape(&step.words), step.hours)
            })
            .collect()
    };
    let proof = |proven: bool| {
        if proven { "nothing smaller does" } else { "every change is needed, but not proven the smallest" }
    };
    match &ways.fewest {
        Some(steps) => {
            add!(
                html,
                "<div class=\"answer no\">The smallest way out ({}, of {} changes thought of):<ul>{}</ul></div>",
                proof(ways.fewest_proven),
                ways.thought_of,
                list(steps)
            );
        }
        None => {
            add!(
                html,
                "<div class=\"answer no\">None of the {} changes thought of, nor all of them together, makes it harmless.</div>",
                ways.thought_of
            );
        }
    }
    if let Some(steps) = ways.least_hours.as_ref().filter(|_| ways.least_hours != ways.fewest) {
        add!(
            html,
            "<div class=\"answer no\">With the fewest hours ({}):<ul>{}</ul></div>",
            proof(ways.least_hours_proven),
            list(steps)
        );
    }
}

/// So many rows of chances are shown.
const ROWS: usize = 14;

fn sureness(html: &mut String, answer: &Answer) {
    let Some(chances) = &answer.chances else { return };
    let mut rows: Vec<(String, Chance)> = Vec::new();
    rows.extend(
        chances
            .tasks
            .iter()
            .map(|task| (format!("{}: {}", task.due.format("%-d %b"), task.name), task.on_time)),
    );
    let mut worst: BTreeMap<&str, (String, Chance)> = BTreeMap::new();
    for retainer in &chances.retainers {
        let row = (
            format!("Retainer of {}, from {}", retainer.client, retainer.from.format("%-d %b")),
            retainer.met,
        );
        let worst = worst.entry(&retainer.client).or_insert_with(|| row.clone());
        if row.1.share < worst.1.share {
            *worst = row;
        }
    }
    rows.extend(worst.into_values());
    rows.sort_by(|a, b| a.1.share.total_cmp(&b.1.share).then(a.0.cmp(&b.0)));
    let all = rows.len();
    rows.truncate(ROWS);
    add!(
        html,
        "<div class=\"card\"><h3>Chance to be in time</h3>\n<p class=\"soft\">From {} possible futures: arrivals, sizes, estimates and sick days drawn anew in each. \
         The bar is where the true chance lies with 95% confidence. The {} least sure of {all}; of each retainer the least sure period.</p>",
        chances.runs,
        rows.len()
    );
    html.push_str(&plot::dots("Chance to be in time", &rows));
    add!(
        html,
        "<p class=\"soft\">Late: {} in half of the futures, {} in the worst tenth. Never done: {} and {}.</p></div>",
        hours(chances.late_hours.p50),
        hours(chances.late_hours.p90),
        hours(chances.undone_hours.p50),
        hours(chances.undone_hours.p90)
    );
}

fn worth(html: &mut String, outlook: &Outlook, answer: &Answer) {
    let anybody: Vec<f64> = answer.figures.weeks.iter().map(|week| week.hour_worth).collect();
    let mut lines = vec![("one more hour of the team".to_owned(), anybody)];
    // Where everybody does everything, an hour of one skill is an hour of any.
    let weeks = &answer.figures.weeks;
    let differs = |skill: &&super::PricedSkill| {
        skill
            .worth
            .iter()
            .zip(weeks)
            .any(|(worth, week)| (worth - week.hour_worth).abs() > 0.02 * (1.0 + worth))
    };
    let named =
        |skill: &super::PricedSkill| (format!("one more hour of {}", skill.category), skill.worth.clone());
    lines.extend(answer.skills.iter().filter(differs).take(4).map(named));
    add!(
        html,
        "<div class=\"card\"><h3>What an hour is worth</h3>\n<p class=\"soft\">Points that one more hour would save in each week, by whom it is worked. Points are the prices of lateness and missed hours in plokk.toml.</p>"
    );
    html.push_str(&plot::lines(
        "What one more hour would save, week by week",
        "points",
        &outlook.timeline.weeks,
        &lines,
    ));
    if !answer.prices.is_empty() {
        html.push_str("<ul>");
        for hour in &answer.prices {
            let when =
                hour.day.map_or_else(|| format!("in the week of {}", hour.week), |day| format!("on {day}"));
            add!(
                html,
                "<li>{} {when}: {:.1} points an hour, for {} h at least</li>",
                escape(&hour.assistant),
                hour.worth,
                hour.holds
            );
        }
        html.push_str("</ul>");
    }
    html.push_str("</div>\n");
}

fn clients(html: &mut String, figures: &Figures) {
    html.push_str("<div class=\"card\"><h3>Client by client</h3><table>\n<tr><th>Client</th><th>Work</th><th>Late</th><th>Never done</th><th>Retainer</th><th>Income</th></tr>\n");
    for client in &figures.clients {
        let retainer = match client.periods {
            0 => "–".to_owned(),
            periods => format!("{} of {periods}", client.met),
        };
        add!(
            html,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{retainer}</td><td>{}</td></tr>",
            escape(&client.client),
            hours(client.hours),
            hours(client.late),
            hours(client.undone),
            client.income.map_or_else(|| "–".to_owned(), |income| format!("{income:.0}"))
        );
    }
    html.push_str("</table>\n");
    if !figures.late.is_empty() {
        html.push_str("<h3>Late or never done</h3><ul>");
        for task in figures.late.iter().take(12) {
            let how = task
                .days
                .map_or_else(|| "never done in full".to_owned(), |days| format!("{days:.1} days late"));
            add!(html, "<li>{}: {}, due {}: {how}</li>", escape(&task.client), escape(&task.name), task.due);
        }
        html.push_str("</ul>\n");
    }
    html.push_str("</div>\n");
}

fn sell(html: &mut String, sellable: &Sellable) {
    html.push_str("<div class=\"card\"><h3>Still to be sold, every week</h3>\n<p class=\"soft\">All on time, and without harm to what is sold already. One kind at a time:</p>");
    let rows: Vec<(String, f64, String)> = sellable
        .by_category
        .iter()
        .map(|(name, hours)| (name.clone(), *hours, format!("{hours:.1} h")))
        .collect();
    html.push_str(&plot::bars("Hours a week", &rows));
    if let Some(currency) = sellable.currency.as_ref().filter(|_| !sellable.mix.is_empty()) {
        let mix: Vec<String> = sellable
            .mix
            .iter()
            .map(|(client, hours, fee)| format!("{hours:.1} h for {} at {fee} {currency}", escape(client)))
            .collect();
        add!(
            html,
            "<p>The mix that pays best, <b>{:.0} {currency} a week</b>: {}.</p>",
            sellable.earns,
            mix.join(", ")
        );
    }
    html.push_str("</div>\n");
}

fn helper(html: &mut String, hire: &Hire) {
    let currency = escape(hire.currency.as_deref().unwrap_or(""));
    let skills =
        if hire.skills.is_empty() { "everything".to_owned() } else { escape(&hire.skills.join(", ")) };
    add!(
        html,
        "<div class=\"card\"><h3>A helper who does {skills}</h3><table>\n<tr><th>Hours a week</th><th>Busy for</th><th>Saves, an hour</th><th>Less late or undone</th><th>Pays up to, an hour</th></tr>"
    );
    for step in &hire.steps {
        add!(
            html,
            "<tr><td>{}</td><td>{}</td><td>{:.1} points</td><td>{}</td><td>{:.1} {currency}</td></tr>",
            step.hours_a_week,
            hours(step.used),
            step.saved,
            hours(step.rescued),
            step.break_even
        );
    }
    html.push_str("</table>\n");
    let first: Vec<String> =
        hire.first.iter().filter(|(_, worth)| *worth > 0.05).take(3).map(|(name, _)| escape(name)).collect();
    if !first.is_empty() {
        add!(html, "<p>Hand over first: {}.</p>", first.join(", then "));
    }
    html.push_str("</div>\n");
}

fn footer(html: &mut String, outlook: &Outlook) {
    let habits = &outlook.history.habits;
    let a_week: f64 = habits.iter().map(super::Habit::hours_a_week).sum();
    html.push_str("<h2>What is expected to arrive</h2>\n<p class=\"soft\">Beside the task list, what recurs in it, and hours that retainers sell.</p>\n<div class=\"card\"><table>\n<tr><th>Client</th><th>Kind</th><th>Tasks seen</th><th>In weeks</th><th>A week</th><th>Median size</th></tr>\n");
    for habit in habits {
        let client = &outlook.question.settings.clients[habit.client].name;
        add!(
            html,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{:.0}</td><td>{:.2} ± {:.2}</td><td>{:.1} h</td></tr>",
            escape(client),
            escape(&habit.category),
            habit.tasks,
            habit.weeks,
            habit.rate.0 / habit.rate.1,
            habit.rate.0.sqrt() / habit.rate.1,
            habit.median
        );
    }
    add!(
        html,
        "</table></div>\n<p class=\"soft\">Altogether {a_week:.1} hours a week. Estimates are taken to be off by {:.0}% either way for one task.</p>",
        100.0 * (outlook.history.estimates.spread.exp() - 1.0)
    );
}
