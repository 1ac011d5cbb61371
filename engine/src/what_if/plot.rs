//! Plots as inline SVG: no script, no network, colours from the page's style.

use super::{Chance, Chances, WeekFigures};
use chrono::NaiveDate;
use std::fmt::Write;

/// How wide plots are drawn; the page scales them.
const WIDTH: f64 = 760.0;
const LEFT: f64 = 46.0;
const RIGHT: f64 = 12.0;

/// Text that may hold anything, made safe for HTML.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// A drawing of some height; what is added to it goes inside.
struct Drawing {
    svg: String,
    height: f64,
}

impl Drawing {
    fn new(height: f64, label: &str) -> Drawing {
        let svg =
            format!("<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{}\">\n", escape(label));
        Drawing { svg, height }
    }

    fn add(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = self.svg.write_fmt(element);
        self.svg.push('\n');
    }

    fn text(&mut self, x: f64, y: f64, class: &str, text: &str) {
        self.add(format_args!("<text x=\"{x:.1}\" y=\"{y:.1}\" class=\"{class}\">{}</text>", escape(text)));
    }

    fn end(mut self) -> String {
        self.svg.push_str("</svg>\n");
        self.svg
    }
}

/// A round step for about four lines up to some most.
fn step(most: f64) -> f64 {
    let rough = (most / 4.0).max(1e-9);
    let power = 10_f64.powf(rough.log10().floor());
    let times = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().find(|times| times * power >= rough).unwrap_or(10.0);
    times * power
}

/// Axes for weeks along and some measure up.
struct Axes {
    most: f64,
    top: f64,
    bottom: f64,
    count: usize,
}

impl Axes {
    fn draw(drawing: &mut Drawing, weeks: &[NaiveDate], most: f64, unit: &str) -> Axes {
        let step = step(most);
        let most = (most / step).ceil().max(1.0) * step;
        let axes = Axes { most, top: 16.0, bottom: drawing.height - 24.0, count: weeks.len().max(1) };
        let mut value = 0.0;
        while value <= most + step / 2.0 {
            let y = axes.y(value);
            drawing.add(format_args!(
                "<line x1=\"{LEFT}\" x2=\"{}\" y1=\"{y:.1}\" y2=\"{y:.1}\" class=\"grid\"/>",
                WIDTH - RIGHT
            ));
            let shown = if step < 1.0 { format!("{value:.1}") } else { format!("{value:.0}") };
            drawing.text(LEFT - 6.0, y + 3.5, "axis end", &shown);
            value += step;
        }
        drawing.text(LEFT - 6.0, 8.0, "axis end", unit);
        let every = axes.count.div_ceil(13);
        for (n, week) in weeks.iter().enumerate().step_by(every) {
            drawing.text(
                axes.x(n as f64 + 0.5),
                axes.bottom + 15.0,
                "axis middle",
                &week.format("%-d %b").to_string(),
            );
        }
        axes
    }

    fn x(&self, week: f64) -> f64 {
        LEFT + (WIDTH - LEFT - RIGHT) * week / self.count as f64
    }

    fn y(&self, value: f64) -> f64 {
        self.bottom - (self.bottom - self.top) * (value / self.most).clamp(0.0, 1.0)
    }
}

/// Load against capacity by week; a whisker from a tenth to nine tenths of the futures.
pub(crate) fn load(weeks: &[WeekFigures], chances: Option<&Chances>) -> String {
    let most = weeks.iter().map(|week| week.capacity.max(week.load)).fold(1.0, f64::max);
    let mut drawing = Drawing::new(230.0, "Hours taken of the hours there are, week by week");
    let dates: Vec<NaiveDate> = weeks.iter().map(|week| week.week).collect();
    let axes = Axes::draw(&mut drawing, &dates, most, "hours");
    let width = (axes.x(1.0) - axes.x(0.0)) * 0.72;
    for (n, week) in weeks.iter().enumerate() {
        let (x, y) = (axes.x(n as f64 + 0.5) - width / 2.0, axes.y(week.load));
        let class = if week.capacity > 0.0 && week.load > 0.98 * week.capacity { "bar full" } else { "bar" };
        drawing.add(format_args!(
            "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{:.1}\" class=\"room\"/>",
            axes.y(week.capacity),
            axes.bottom - axes.y(week.capacity)
        ));
        drawing.add(format_args!(
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{:.1}\" class=\"{class}\"><title>{}: {:.1} of {:.1} hours</title></rect>",
            axes.bottom - y,
            week.week,
            week.load,
            week.capacity
        ));
        if let Some(drawn) = chances.and_then(|chances| chances.weeks.get(n)) {
            let x = axes.x(n as f64 + 0.5);
            let (low, high) =
                (axes.y(drawn.load.p10 * week.capacity), axes.y(drawn.load.p90 * week.capacity));
            let cap = width.min(10.0) / 2.0;
            drawing.add(format_args!(
                "<path d=\"M{x:.1} {low:.1}V{high:.1}M{:.1} {low:.1}H{:.1}M{:.1} {high:.1}H{:.1}\" class=\"whisker\"/>",
                x - cap,
                x + cap,
                x - cap,
                x + cap
            ));
        }
    }
    drawing.end()
}

/// Lines by week, each with a name.
pub(crate) fn lines(label: &str, unit: &str, weeks: &[NaiveDate], lines: &[(String, Vec<f64>)]) -> String {
    let most = lines.iter().flat_map(|(_, values)| values).fold(0.0_f64, |most, value| most.max(*value));
    let mut drawing = Drawing::new(200.0, label);
    let axes = Axes::draw(&mut drawing, weeks, most.max(1e-3), unit);
    for (n, (name, values)) in lines.iter().enumerate() {
        let mut path = String::new();
        for (week, value) in values.iter().enumerate() {
            let (from, to, y) = (axes.x(week as f64), axes.x(week as f64 + 1.0), axes.y(*value));
            let _ = write!(path, "{}{from:.1} {y:.1}H{to:.1}", if week == 0 { "M" } else { "L" });
        }
        drawing.add(format_args!(
            "<path d=\"{path}\" class=\"line c{}\"><title>{}</title></path>",
            n % 6,
            escape(name)
        ));
    }
    let mut svg = drawing.end();
    svg.push_str("<ul class=\"legend\">");
    for (n, (name, _)) in lines.iter().enumerate() {
        let _ = write!(svg, "<li class=\"k{}\">{}</li>", n % 6, escape(name));
    }
    svg.push_str("</ul>\n");
    svg
}

/// Chances with their intervals, a row each, the least sure first.
pub(crate) fn dots(label: &str, rows: &[(String, Chance)]) -> String {
    const NAMES: f64 = 400.0;
    const ROW: f64 = 22.0;
    let mut drawing = Drawing::new(ROW * rows.len() as f64 + 26.0, label);
    let x = |share: f64| NAMES + (WIDTH - NAMES - 52.0) * share;
    let bottom = drawing.height - 20.0;
    for tenth in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let at = x(tenth);
        drawing.add(format_args!(
            "<line x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"2\" y2=\"{bottom:.1}\" class=\"grid\"/>"
        ));
        drawing.text(at, bottom + 14.0, "axis middle", &format!("{:.0}%", tenth * 100.0));
    }
    for (n, (name, chance)) in rows.iter().enumerate() {
        let y = ROW * n as f64 + 13.0;
        let short: String = if name.chars().count() > 62 {
            name.chars().take(61).chain(['…']).collect()
        } else {
            name.clone()
        };
        let class = if chance.share < 0.5 {
            "bad"
        } else if chance.share < 0.85 {
            "doubt"
        } else {
            "good"
        };
        drawing.text(0.0, y + 4.0, "name", &short);
        drawing.add(format_args!(
            "<line x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\" class=\"range {class}\"/><circle cx=\"{:.1}\" cy=\"{y:.1}\" r=\"4.5\" class=\"dot {class}\"><title>{}: {:.0}%, {:.0}% to {:.0}%</title></circle>",
            x(chance.low),
            x(chance.high),
            x(chance.share),
            escape(name),
            chance.share * 100.0,
            chance.low * 100.0,
            chance.high * 100.0
        ));
        drawing.text(WIDTH - 2.0, y + 4.0, "axis end", &format!("{:.0}%", chance.share * 100.0));
    }
    drawing.end()
}

/// One measure of several scenarios: a bar each.
pub(crate) fn bars(title: &str, rows: &[(String, f64, String)]) -> String {
    const NAMES: f64 = 190.0;
    const ROW: f64 = 24.0;
    let most = rows.iter().map(|(_, value, _)| *value).fold(1e-9, f64::max);
    let mut drawing = Drawing::new(ROW * rows.len() as f64 + 26.0, title);
    drawing.text(0.0, 14.0, "title", title);
    for (n, (name, value, shown)) in rows.iter().enumerate() {
        let y = 26.0 + ROW * n as f64;
        let width = ((WIDTH - NAMES - 130.0) * value / most).max(1.5);
        let short: String = if name.chars().count() > 28 {
            name.chars().take(27).chain(['…']).collect()
        } else {
            name.clone()
        };
        drawing.text(0.0, y + 12.0, "name", &short);
        let class = if n == 0 { "bar today" } else { "bar" };
        drawing.add(format_args!(
            "<rect x=\"{NAMES}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"15\" rx=\"2\" class=\"{class}\"/>"
        ));
        drawing.text(NAMES + width + 7.0, y + 12.0, "name", shown);
    }
    drawing.end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round() {
        assert_eq!([step(37.0), step(4.0), step(0.9), step(170.0)], [10.0, 1.0, 0.25, 50.0]);
    }

    #[test]
    fn what_people_write_cannot_break_out() {
        assert_eq!(escape("<script>\"&'"), "&lt;script&gt;&quot;&amp;&#39;");
        let svg = dots("x", &[("<b>".to_owned(), Chance::of(1, 2))]);
        assert!(!svg.contains("<b>"));
    }
}
