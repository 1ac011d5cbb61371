//! A planned week as a picture: the first five days of `examples/solo`, as SVG.
//!
//! ```sh
//! cargo run --release --example draw_a_week -- docs/week.svg
//! ```
//!
//! Without a file it only says how much it has drawn.

use chrono::{DateTime, Days, FixedOffset, NaiveDate, Timelike, Utc};
use plokk_engine::{FeedText, Inputs, Planned, Settings, plan_desk};
use plokk_ical_io::Zone;
use plokk_solver::{Options, Silent};
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// Pixels of an hour and of a day, and before the first of them.
const HOUR: f64 = 46.0;
const DAY: f64 = 184.0;
const TOP: f64 = 64.0;
const LEFT: f64 = 48.0;
/// The hours that are drawn.
const FROM: u32 = 7;
const TO: u32 = 20;
/// A colour for each client, and the last for her own work.
const COLOURS: [&str; 4] = ["#7a4fa3", "#2f7f6f", "#b8602a", "#4a6fa5"];

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1);
    let planned = plan(if file.is_some() { 1.0 } else { 0.05 })?;
    let mut week = Week::new(&planned, NaiveDate::from_ymd_opt(2026, 10, 19).ok_or("a date")?);
    week.meetings();
    week.blocks();
    assert!(week.drawn > 15, "a week of work has more than {} blocks", week.drawn);
    println!("{} blocks and meetings drawn", week.drawn);
    if let Some(file) = file {
        fs::write(file, week.svg())?;
    }
    Ok(())
}

/// The desk in `examples/solo`, planned with some effort.
fn plan(effort: f64) -> Result<Planned, Box<dyn Error>> {
    let desk = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/solo");
    let text = fs::read_to_string(desk.join("plokk.toml"))?;
    let settings = Settings::read(&text, "plokk.toml").map_err(|faults| format!("{faults:?}"))?;
    let feeds = settings.feeds().into_iter().map(|feed| FeedText {
        feed: feed.to_owned(),
        source: feed.to_owned(),
        content: fs::read(desk.join(feed)).map_err(|error| error.to_string()),
        warnings: vec![],
    });
    let feeds = feeds.collect();
    let now = "2026-10-19T08:00:00+03:00".parse::<DateTime<Utc>>()?;
    let inputs = Inputs { settings, feeds, last: None, published: BTreeMap::new(), now };
    Ok(plan_desk(inputs, &Options { effort, ..Options::default() }, &Silent)?)
}

/// The picture as it grows.
struct Week<'a> {
    planned: &'a Planned,
    zone: Zone,
    monday: NaiveDate,
    boxes: String,
    drawn: usize,
}

impl<'a> Week<'a> {
    fn new(planned: &'a Planned, monday: NaiveDate) -> Week<'a> {
        let zone = planned.desk.settings.assistants[0].timezone.into();
        Week { planned, zone, monday, boxes: String::new(), drawn: 0 }
    }

    fn meetings(&mut self) {
        for busy in &self.planned.desk.assistants[0].busy {
            let name = busy.summary.as_deref().unwrap_or("Busy");
            self.draw(busy.time.from, busy.time.to, "#d9d9de", "#333", name);
        }
    }

    fn blocks(&mut self) {
        let desk = &self.planned.desk;
        for chunk in &self.planned.plan.chunks {
            let clients = &desk.settings.clients;
            let client = clients.iter().position(|c| Some(&c.id) == chunk.client.as_ref());
            let work = desk.work.iter().find(|work| work.id == chunk.task);
            let name = work.map_or(chunk.task.as_str(), |work| work.summary.as_str());
            let colour = COLOURS[client.unwrap_or(COLOURS.len() - 1).min(COLOURS.len() - 1)];
            self.draw(chunk.start.to_utc(), chunk.end.to_utc(), colour, "#fff", name);
        }
    }

    /// A box, if it lies on one of the five days.
    fn draw(&mut self, from: DateTime<Utc>, to: DateTime<Utc>, fill: &str, ink: &str, name: &str) {
        let (from, to) = (self.zone.shown(from), self.zone.shown(to));
        let day = (from.date_naive() - self.monday).num_days();
        if !(0..5).contains(&day) || from.hour() < FROM || from.date_naive() != to.date_naive() {
            return;
        }
        let y = |time: DateTime<FixedOffset>| {
            TOP + (f64::from(time.num_seconds_from_midnight()) / 3600.0 - f64::from(FROM)) * HOUR
        };
        let (x, y, height) = (LEFT + day as f64 * DAY, y(from), y(to) - y(from));
        let short: String = if name.chars().count() > 25 {
            name.chars().take(24).chain(['…']).collect()
        } else {
            name.into()
        };
        // Writing to a String cannot fail.
        let _ = writeln!(
            self.boxes,
            r#"<rect x="{:.0}" y="{y:.1}" width="{:.0}" height="{:.1}" rx="4" fill="{fill}"/><text x="{:.0}" y="{:.1}" fill="{ink}">{}</text>"#,
            x + 4.0,
            DAY - 8.0,
            height - 1.5,
            x + 11.0,
            y + height / 2.0 + 4.0,
            escaped(&short)
        );
        self.drawn += 1;
    }

    fn svg(&self) -> String {
        let (width, height) = (LEFT + 5.0 * DAY + 8.0, TOP + f64::from(TO - FROM) * HOUR + 12.0);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"system-ui, sans-serif\" font-size=\"12\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
        );
        self.legend(&mut svg);
        for hour in FROM..=TO {
            let y = TOP + f64::from(hour - FROM) * HOUR;
            let _ = writeln!(
                svg,
                "<path d=\"M{LEFT} {y}H{}\" stroke=\"#eee\"/><text x=\"8\" y=\"{}\" fill=\"#777\">{hour:02}:00</text>",
                width - 8.0,
                y + 4.0
            );
        }
        for day in 0..5 {
            let date = (self.monday + Days::new(day)).format("%A %-d %B");
            let x = LEFT + day as f64 * DAY + 8.0;
            let _ = writeln!(svg, "<text x=\"{x}\" y=\"50\" font-weight=\"600\" fill=\"#333\">{date}</text>");
        }
        svg + &self.boxes + "</svg>\n"
    }

    fn legend(&self, svg: &mut String) {
        let clients = self.planned.desk.settings.clients.iter().map(|c| c.name.as_str()).chain(["own work"]);
        for (k, (name, colour)) in clients.zip(COLOURS).enumerate() {
            let x = LEFT + 8.0 + k as f64 * 150.0;
            let _ = writeln!(
                svg,
                "<rect x=\"{x}\" y=\"12\" width=\"12\" height=\"12\" rx=\"3\" fill=\"{colour}\"/><text x=\"{}\" y=\"22\" fill=\"#333\">{}</text>",
                x + 18.0,
                escaped(name)
            );
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
