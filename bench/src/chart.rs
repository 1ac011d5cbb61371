//! Charts with two logarithmic axes, as SVG: one string, no fonts or scripts but the viewer's own.

use std::fmt::Write;

/// A panel: axes and what is drawn between them.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// Above the panel.
    pub title: String,
    /// Below it.
    pub x: Axis,
    /// On its left.
    pub y: Axis,
    /// What is drawn, the first in front.
    pub series: Vec<Series>,
}

/// A logarithmic axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// What it shows, with its unit.
    pub label: String,
    /// Its lower end, above 0; what is smaller is drawn there.
    pub from: f64,
    /// Its upper end; what is larger is drawn there.
    pub to: f64,
}

/// Points that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// In the legend.
    pub name: String,
    /// How they are drawn.
    pub how: How,
    /// By `x`.
    pub points: Vec<(f64, f64)>,
}

/// How a series is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Each value holds until the next.
    Steps,
    /// Each value for itself.
    Dots,
    /// A straight, dashed line through all.
    Dashes,
}

/// Colours that people with any kind of colour vision tell apart (Okabe and Ito 2008).
const COLOURS: [&str; 7] = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#555555"];
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 320.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 150.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 48.0;

impl Axis {
    /// An axis that holds all these values, from one power of ten to another.
    #[must_use]
    pub fn around(label: &str, values: impl IntoIterator<Item = f64>) -> Axis {
        let values = values.into_iter().filter(|v| v.is_finite() && *v > 0.0);
        let (least, most) = values.fold((f64::INFINITY, 0.0_f64), |(a, b), v| (a.min(v), b.max(v)));
        let (least, most) = if least <= most { (least, most) } else { (1.0, 10.0) };
        let from = 10_f64.powf(least.log10().floor());
        let to = 10_f64.powf(most.log10().ceil());
        Axis { label: label.to_owned(), from, to: to.max(from * 10.0) }
    }

    /// Where a value lies, from 0 to 1.
    fn share(&self, value: f64) -> f64 {
        ((value.max(self.from) / self.from).ln() / (self.to / self.from).ln()).min(1.0)
    }

    /// The powers of ten on it.
    fn decades(&self) -> Vec<f64> {
        let mut decade = 10_f64.powf((self.from * 0.999).log10().ceil());
        let mut all = Vec::new();
        while decade <= self.to * 1.001 {
            all.push(decade);
            decade *= 10.0;
        }
        all
    }
}

/// The panels, one below the other.
#[must_use]
pub fn svg(charts: &[Chart]) -> String {
    #[allow(clippy::cast_precision_loss)] // a few panels
    let height = HEIGHT * charts.len() as f64;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
         height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
    );
    let mut top = 0.0;
    for chart in charts {
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(out, "<g transform=\"translate(0 {top})\">");
        panel(&mut out, chart);
        out.push_str("</g>\n");
        top += HEIGHT;
    }
    out.push_str("</svg>\n");
    out
}

fn panel(out: &mut String, chart: &Chart) {
    text(out, LEFT, 20.0, "start", &chart.title, "font-weight=\"bold\"");
    grid(out, chart);
    for (k, series) in chart.series.iter().enumerate().rev() {
        let colour = COLOURS[k % COLOURS.len()];
        draw(out, chart, series, colour);
        #[allow(clippy::cast_precision_loss)] // a few series
        let y = TOP + 14.0 + 20.0 * k as f64;
        let x = WIDTH - RIGHT + 14.0;
        match series.how {
            How::Dots => dot(out, x + 10.0, y - 4.0, colour),
            how => path(out, &format!("M{x} {}h20", y - 4.0), colour, how),
        }
        text(out, x + 26.0, y, "start", &series.name, "");
    }
}

fn grid(out: &mut String, chart: &Chart) {
    let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
    for value in chart.x.decades() {
        let x = x_of(chart, value);
        let _ = writeln!(out, "<path d=\"M{x:.1} {TOP}V{bottom}\" stroke=\"#dddddd\"/>");
        text(out, x, bottom + 16.0, "middle", &plain(value), "");
    }
    for value in chart.y.decades() {
        let y = y_of(chart, value);
        let _ = writeln!(out, "<path d=\"M{LEFT} {y:.1}H{right}\" stroke=\"#dddddd\"/>");
        text(out, LEFT - 6.0, y + 4.0, "end", &plain(value), "");
    }
    let _ = writeln!(
        out,
        "<rect x=\"{LEFT}\" y=\"{TOP}\" width=\"{}\" height=\"{}\" fill=\"none\" stroke=\"#888888\"/>",
        right - LEFT,
        bottom - TOP
    );
    text(out, f64::midpoint(LEFT, right), HEIGHT - 12.0, "middle", &chart.x.label, "");
    let middle = f64::midpoint(TOP, bottom);
    let turned = format!("transform=\"rotate(-90 16 {middle})\"");
    text(out, 16.0, middle, "middle", &chart.y.label, &turned);
}

fn draw(out: &mut String, chart: &Chart, series: &Series, colour: &str) {
    let places: Vec<(f64, f64)> =
        series.points.iter().map(|&(x, y)| (x_of(chart, x), y_of(chart, y))).collect();
    if series.how == How::Dots {
        places.iter().for_each(|&(x, y)| dot(out, x, y, colour));
        return;
    }
    let mut line = String::new();
    for (k, (x, y)) in places.iter().enumerate() {
        let _ = match (k, series.how) {
            (0, _) => write!(line, "M{x:.1} {y:.1}"),
            (_, How::Steps) => write!(line, "H{x:.1}V{y:.1}"),
            _ => write!(line, "L{x:.1} {y:.1}"),
        };
    }
    if !line.is_empty() {
        path(out, &line, colour, series.how);
    }
}

fn x_of(chart: &Chart, value: f64) -> f64 {
    LEFT + chart.x.share(value) * (WIDTH - RIGHT - LEFT)
}

fn y_of(chart: &Chart, value: f64) -> f64 {
    HEIGHT - BOTTOM - chart.y.share(value) * (HEIGHT - BOTTOM - TOP)
}

fn path(out: &mut String, line: &str, colour: &str, how: How) {
    let dashes = if how == How::Dashes { " stroke-dasharray=\"5 4\"" } else { "" };
    let _ =
        writeln!(out, "<path d=\"{line}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"{dashes}/>");
}

fn dot(out: &mut String, x: f64, y: f64, colour: &str) {
    let _ = writeln!(out, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\" fill=\"{colour}\"/>");
}

fn text(out: &mut String, x: f64, y: f64, anchor: &str, words: &str, more: &str) {
    let words = words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let _ = writeln!(out, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" {more}>{words}</text>");
}

/// A power of ten without needless digits.
fn plain(value: f64) -> String {
    if value >= 1.0 { format!("{value:.0}") } else { format!("{value:.6}").trim_end_matches('0').to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart() -> Chart {
        Chart {
            title: "S & M <all>".to_owned(),
            x: Axis { label: "seconds".to_owned(), from: 1.0, to: 100.0 },
            y: Axis::around("%", [0.3, 45.0]),
            series: vec![
                Series { name: "a".to_owned(), how: How::Steps, points: vec![(1.0, 100.0), (10.0, 0.1)] },
                Series { name: "b".to_owned(), how: How::Dots, points: vec![(1000.0, 0.001)] },
            ],
        }
    }

    #[test]
    fn an_axis_holds_all_values_between_powers_of_ten() {
        let axis = Axis::around("%", [0.3, 45.0]);
        assert!((axis.from - 0.1).abs() < 1e-9 && (axis.to - 100.0).abs() < 1e-9);
        assert_eq!(axis.decades().iter().map(|d| plain(*d)).collect::<Vec<_>>(), ["0.1", "1", "10", "100"]);
        let nothing = Axis::around("%", []);
        assert!(nothing.from < nothing.to);
    }

    #[test]
    fn points_lie_where_their_logarithms_do_and_never_outside() {
        let drawn = svg(&[chart()]);
        let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
        let half = f64::midpoint(LEFT, right);
        assert!(drawn.contains(&format!("M{LEFT:.1} {TOP:.1}H{half:.1}V{bottom:.1}")), "{drawn}");
        assert!(drawn.contains(&format!("cx=\"{right:.1}\" cy=\"{bottom:.1}\"")), "{drawn}");
        assert!(drawn.contains("S &amp; M &lt;all&gt;") && drawn.ends_with("</svg>\n"));
    }
}
