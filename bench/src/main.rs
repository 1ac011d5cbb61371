//! `plokk-bench`: makes problems, runs methods on them, and sets them side by side.

use chrono::Utc;
use clap::{Args, Parser, Subcommand, ValueEnum};
use plokk_bench::compare::{self, Row, compare, markdown, picture};
use plokk_bench::generate::{Class, Spec, generate};
use plokk_bench::peer::Peer;
use plokk_bench::reference::{Best, Reference};
use plokk_bench::trace::{self, Point, Recorder};
use plokk_bench::{greedy, long_view, replan, scaling};
use plokk_solver::{Options, Problem, solve};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

/// Makes planning problems, runs methods on them, and sets them side by side.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write the problem of a seed, as JSON.
    Generate(GenerateArgs),
    /// Run one of the built-in methods on a problem.
    Run(RunArgs),
    /// Run every peer on every problem; write a table, as Markdown, and a picture of cost over time.
    Compare(CompareArgs),
    /// Look for lower costs of the reference instances, and write them down with method and date.
    Best(BestArgs),
    /// Measure how the work of solving grows with the tasks and with the horizon.
    Scaling(ScalingArgs),
    /// Measure planning again after a small change: how much less work, and how much stands.
    Replan(ReplanArgs),
    /// Set the long view of what-if beside its peers on a project and a scenario of it, as Markdown.
    WhatIf(WhatIfArgs),
}

#[derive(Args)]
struct GenerateArgs {
    /// Starts the random numbers.
    seed: u64,
    /// Clients, weeks and workers as in this class.
    #[arg(long, value_enum, default_value = "s")]
    class: Size,
    /// The work, as a share of the free time.
    #[arg(long, default_value_t = 0.85)]
    load: f64,
    /// How many clients, instead of the class's.
    #[arg(long)]
    clients: Option<usize>,
    /// How many weeks, instead of the class's.
    #[arg(long)]
    weeks: Option<usize>,
    /// How many workers, instead of the class's.
    #[arg(long)]
    workers: Option<usize>,
    /// The file to write; standard output without it.
    #[arg(short, long)]
    output: Option<PathBuf>,
}

#[derive(Args)]
struct RunArgs {
    /// Which method.
    #[arg(value_enum)]
    method: Method,
    /// The problem, as JSON.
    problem: PathBuf,
    /// The file to write; standard output without it.
    #[arg(short, long)]
    output: Option<PathBuf>,
    /// Stop after so many seconds; without it, after the default amount of work.
    #[arg(long, value_parser = seconds)]
    time_limit: Option<f64>,
    /// The file that gets a JSON line {"seconds", "cost", "bound"} for each time one got better.
    #[arg(long)]
    trace: Option<PathBuf>,
}

/// Which problems.
#[derive(Args)]
struct Problems {
    /// Which sizes.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "s,m,l")]
    classes: Vec<Size>,
    /// Which loads.
    #[arg(long, value_delimiter = ',', default_value = "0.6,0.85,1.1")]
    loads: Vec<f64>,
    /// Which seeds.
    #[arg(long, value_delimiter = ',', default_value = "1,2,3")]
    seeds: Vec<u64>,
}

impl Problems {
    fn plan(&self, limit: Option<f64>) -> compare::Plan {
        let classes = self.classes.iter().map(|&size| size.into()).collect();
        compare::Plan { classes, loads: self.loads.clone(), seeds: self.seeds.clone(), limit }
    }
}

/// Which methods.
#[derive(Args)]
struct Peers {
    /// Which methods: `plokk`, `greedy`, and the scripts of bench/peers by their names.
    #[arg(long, value_delimiter = ',', default_value = "plokk,greedy")]
    peers: Vec<String>,
    /// The folder of the scripts.
    #[arg(long, default_value = "bench/peers")]
    scripts: PathBuf,
    /// Seconds for each method on each problem; without it, as long as each wants.
    #[arg(long, value_parser = seconds)]
    time_limit: Option<f64>,
    /// The reference instances and their best known costs.
    #[arg(long, default_value = "bench/reference/instances.json")]
    reference: PathBuf,
}

impl Peers {
    fn all(&self) -> Result<Vec<Peer>, Box<dyn Error>> {
        Ok(self.peers.iter().map(|name| Peer::named(name, &self.scripts)).collect::<Result<_, _>>()?)
    }

    fn reference(&self) -> Result<Reference, Box<dyn Error>> {
        let file = self.reference.display();
        let reference = Reference::read(&self.reference).map_err(|error| format!("{file}: {error}"))?;
        match reference.changed().first() {
            None => Ok(reference),
            Some(changed) => {
                Err(format!("{file}: the generator makes another problem of {changed} now").into())
            }
        }
    }
}

#[derive(Args)]
struct CompareArgs {
    #[command(flatten)]
    problems: Problems,
    #[command(flatten)]
    peers: Peers,
    /// The table's file, written anew after each problem; standard output without it.
    #[arg(short, long)]
    output: Option<PathBuf>,
    /// The file that gets the picture of cost over time, as SVG.
    #[arg(long)]
    picture: Option<PathBuf>,
    /// The file that gets everything, traces included, as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
}

#[derive(Args)]
struct BestArgs {
    #[command(flatten)]
    problems: Problems,
    #[command(flatten)]
    peers: Peers,
}

#[derive(Args)]
struct ScalingArgs {
    /// Both sweeps end with the first problem that has so many tasks.
    #[arg(long, default_value_t = 2000)]
    most_tasks: usize,
    /// The work, as a share of the free time.
    #[arg(long, default_value_t = 0.85)]
    load: f64,
    /// Which seeds, at each size.
    #[arg(long, value_delimiter = ',', default_value = "1,2,3")]
    seeds: Vec<u64>,
    /// The table's file; standard output without it.
    #[arg(short, long)]
    output: Option<PathBuf>,
    /// The file that gets the plot, as SVG.
    #[arg(long)]
    picture: Option<PathBuf>,
}

#[derive(Args)]
struct ReplanArgs {
    #[command(flatten)]
    problems: Problems,
    /// The table's file; standard output without it.
    #[arg(short, long)]
    output: Option<PathBuf>,
}

#[derive(Args)]
struct WhatIfArgs {
    /// Which sizes.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "s,m")]
    classes: Vec<Size>,
    /// The work, as a share of the free time.
    #[arg(long, default_value_t = 0.85)]
    load: f64,
    /// Which seeds.
    #[arg(long, value_delimiter = ',', default_value = "1,2,3")]
    seeds: Vec<u64>,
    /// The folder of taskjuggler.py; it is asked where tj3 is there.
    #[arg(long, default_value = "bench/peers")]
    scripts: PathBuf,
    /// Do without TaskJuggler.
    #[arg(long)]
    without_tj3: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Size {
    /// Two weeks, one person, six clients.
    S,
    /// Four weeks, one person, twelve clients.
    M,
    /// Four weeks, a team of ten, forty clients.
    L,
}

impl From<Size> for Class {
    fn from(size: Size) -> Class {
        match size {
            Size::S => Class::S,
            Size::M => Class::M,
            Size::L => Class::L,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum Method {
    /// Plokk's solver.
    Plokk,
    /// Earliest due date first.
    Greedy,
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Generate(args) => make(&args),
        Command::Run(args) => run(&args),
        Command::Compare(args) => side_by_side(&args),
        Command::Best(args) => best(&args),
        Command::Scaling(args) => grow(&args),
        Command::Replan(args) => again(&args),
        Command::WhatIf(args) => long_views(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn make(args: &GenerateArgs) -> Result<(), Box<dyn Error>> {
    let class = Class::from(args.class).spec(args.seed, args.load);
    let problem = generate(Spec {
        clients: args.clients.unwrap_or(class.clients),
        weeks: args.weeks.unwrap_or(class.weeks),
        workers: args.workers.unwrap_or(class.workers),
        ..class
    });
    put(args.output.as_deref(), &serde_json::to_string(&problem)?)
}

fn run(args: &RunArgs) -> Result<(), Box<dyn Error>> {
    let limit = args.time_limit.map(Duration::try_from_secs_f64).transpose()?;
    let recorder = Recorder::start(limit);
    let problem: Problem = serde_json::from_slice(&fs::read(&args.problem)?)?;
    let solution = match args.method {
        Method::Plokk => {
            // Without a limit, the answer that is the same on every machine.
            let options = Options { until_stopped: limit.is_some(), ..Options::default() };
            solve(&problem, &options, &recorder)?.solution
        }
        Method::Greedy => greedy::plan(&problem),
    };
    put(args.output.as_deref(), &serde_json::to_string(&solution)?)?;
    if let Some(file) = &args.trace {
        let seconds = recorder.seconds();
        let mut points = recorder.points();
        points.push(Point { seconds, cost: Some(solution.cost.0), bound: solution.bound.map(|b| b.0) });
        trace::write(file, &points)?;
    }
    Ok(())
}

fn side_by_side(args: &CompareArgs) -> Result<(), Box<dyn Error>> {
    let (peers, reference) = (args.peers.all()?, args.peers.reference()?);
    let plan = args.problems.plan(args.peers.time_limit);
    let rows = compare(&plan, &peers, &reference, |rows: &[Row]| {
        rows.last().into_iter().for_each(tell);
        if let Some(file) = &args.output {
            put(Some(file), markdown(&plan, &peers, rows).trim_end())?;
        }
        if let Some(file) = &args.picture {
            fs::write(file, picture(rows))?;
        }
        if let Some(file) = &args.json {
            put(Some(file), &serde_json::to_string(rows)?)?;
        }
        Ok::<(), Box<dyn Error>>(())
    })?;
    if args.output.is_none() {
        put(None, markdown(&plan, &peers, &rows).trim_end())?;
    }
    Ok(())
}

fn best(args: &BestArgs) -> Result<(), Box<dyn Error>> {
    let (peers, mut reference) = (args.peers.all()?, args.peers.reference()?);
    let plan = args.problems.plan(args.peers.time_limit);
    let date = chrono::DateTime::<Utc>::from(SystemTime::now()).format("%Y-%m-%d").to_string();
    for instance in plan.instances() {
        let problem = generate(instance.spec());
        let known = reference.best(instance).map_or(f64::INFINITY, |best| best.cost);
        for peer in &peers {
            let run = peer.run(&problem, plan.limit)?;
            let Some(cost) = run.cost else { continue };
            let (method, seconds) = (peer.name.clone(), plan.limit);
            reference.found(instance, &problem, Best { cost, method, seconds, date: date.clone() });
        }
        if let Some(best) = reference.best(instance) {
            eprintln!("{instance}: {:.3} by {} ({known:.3} before)", best.cost, best.method);
        }
        reference.write(&args.peers.reference)?;
    }
    Ok(())
}

fn grow(args: &ScalingArgs) -> Result<(), Box<dyn Error>> {
    let peer = Peer::named("plokk", Path::new(""))?;
    let all = scaling::measure(&peer, args.load, &args.seeds, args.most_tasks, |m| {
        eprintln!("{:?}: {} tasks in {:.2} s of processor time", m.sweep, m.tasks, m.cpu);
    })?;
    if let Some(file) = &args.picture {
        fs::write(file, scaling::picture(&all))?;
    }
    put(args.output.as_deref(), scaling::markdown(&peer, &all).trim_end())
}

fn again(args: &ReplanArgs) -> Result<(), Box<dyn Error>> {
    let peer = Peer::named("plokk", Path::new(""))?;
    let rows = replan::measure(&peer, args.problems.plan(None).instances(), |row| {
        let ratio = row.ratio().map_or("–".to_owned(), |ratio| format!("{:.0}%", 100.0 * ratio));
        eprintln!("{}: {ratio} of the time, {:.0}% kept", row.problem, 100.0 * row.kept);
    })?;
    put(args.output.as_deref(), replan::markdown(&peer, &rows).trim_end())
}

fn long_views(args: &WhatIfArgs) -> Result<(), Box<dyn Error>> {
    let scripts = (!args.without_tj3).then_some(args.scripts.as_path());
    let mut text = "| class | scenario | peer | late tasks | same ones | weighted days late | hours not done | seconds |\n\
                    |---|---|---|---|---|---|---|---|\n"
        .to_owned();
    for size in &args.classes {
        let mut answers = Vec::new();
        for seed in &args.seeds {
            let problem = generate(Class::from(*size).spec(*seed, args.load));
            let answer = long_view::compare(&problem, scripts)?;
            eprintln!("seed {seed} is done {}", answer.version);
            answers.push(answer);
        }
        let name = size.to_possible_value().map(|value| value.get_name().to_uppercase()).unwrap_or_default();
        text.push_str(&long_view::markdown(&name, &answers));
    }
    put(None, text.trim_end())
}

/// One line per problem while the table grows.
fn tell(row: &Row) {
    let runs: Vec<String> = row
        .runs
        .iter()
        .map(|run| match run.cost {
            Some(cost) => format!("{} {cost:.1} in {:.1} s", run.peer, run.seconds),
            None => format!("{} has no answer", run.peer),
        })
        .collect();
    eprintln!("{} ({} tasks): {}", row.problem, row.tasks, runs.join(", "));
}

fn put(file: Option<&Path>, text: &str) -> Result<(), Box<dyn Error>> {
    match file {
        Some(file) => fs::write(file, format!("{text}\n"))?,
        None => println!("{text}"),
    }
    Ok(())
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds.is_finite() => Ok(seconds),
        _ => Err("a number of seconds above 0 is wanted".to_owned()),
    }
}
