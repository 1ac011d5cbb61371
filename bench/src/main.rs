//! `plokk-bench`: makes problems, runs methods on them, and sets them side by side.

use clap::{Args, Parser, Subcommand, ValueEnum};
use plokk_bench::compare::{self, Row, compare, markdown};
use plokk_bench::generate::{Class, Spec, generate};
use plokk_bench::peer::Peer;
use plokk_bench::{greedy, long_view};
use plokk_solver::{Observer, Options, Problem, Progress, Silent, Solution, solve};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

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
    /// Run every peer on every problem and write the table, as Markdown.
    Compare(CompareArgs),
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
    #[arg(long)]
    time_limit: Option<f64>,
}

#[derive(Args)]
struct CompareArgs {
    /// Which sizes.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "s,m,l")]
    classes: Vec<Size>,
    /// Which loads.
    #[arg(long, value_delimiter = ',', default_value = "0.6,0.85,1.1")]
    loads: Vec<f64>,
    /// Which seeds.
    #[arg(long, value_delimiter = ',', default_value = "1,2,3")]
    seeds: Vec<u64>,
    /// Which methods: `plokk`, `greedy`, and the scripts of bench/peers by their names.
    #[arg(long, value_delimiter = ',', default_value = "plokk,greedy")]
    peers: Vec<String>,
    /// The folder of the scripts.
    #[arg(long, default_value = "bench/peers")]
    scripts: PathBuf,
    /// Seconds for each method on each problem; without it, as long as each wants.
    #[arg(long)]
    time_limit: Option<f64>,
    /// The file to write; standard output without it.
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
    let problem: Problem = serde_json::from_slice(&fs::read(&args.problem)?)?;
    let solution = match args.method {
        Method::Plokk => solved(&problem, args.time_limit)?,
        Method::Greedy => greedy::plan(&problem),
    };
    put(args.output.as_deref(), &serde_json::to_string(&solution)?)
}

fn side_by_side(args: &CompareArgs) -> Result<(), Box<dyn Error>> {
    let peers: Result<Vec<Peer>, _> =
        args.peers.iter().map(|name| Peer::named(name, &args.scripts)).collect();
    let plan = compare::Plan {
        classes: args.classes.iter().map(|&size| size.into()).collect(),
        loads: args.loads.clone(),
        seeds: args.seeds.clone(),
        limit: args.time_limit,
    };
    let rows = compare(&plan, &peers?, tell)?;
    put(args.output.as_deref(), markdown(&plan, &rows).trim_end())
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

/// Our own answer; without a time limit, the one that is the same on every machine.
fn solved(problem: &Problem, limit: Option<f64>) -> Result<Solution, Box<dyn Error>> {
    let Some(limit) = limit else {
        return Ok(solve(problem, &Options::default(), &Silent)?.solution);
    };
    let clock = Clock(Instant::now() + Duration::try_from_secs_f64(limit)?);
    let options = Options { until_stopped: true, ..Options::default() };
    Ok(solve(problem, &options, &clock)?.solution)
}

/// Stops the search at an instant.
struct Clock(Instant);

impl Observer for Clock {
    fn progress(&self, _: Progress) {}

    fn stop(&self) -> bool {
        Instant::now() >= self.0
    }
}
