//! Fuzzing on a stable compiler: mutates the seeds of `fuzz/corpus/seeds` and checks what must hold for any input.
//!
//! `cargo run --release -p plokk-ical-io --example soak -- 1000000 7` does a million executions of each check, from
//! random seed 7. `cargo +nightly fuzz run reader` in `ical-io` does the same with coverage to guide it.

#[path = "../fuzz/checks.rs"]
mod checks;

use std::path::Path;

/// Marsaglia's xorshift64.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

const WORDS: [&str; 24] = [
    "BEGIN:VEVENT\r\n",
    "END:VEVENT\r\n",
    "BEGIN:VCALENDAR\r\n",
    "END:VCALENDAR\r\n",
    "\r\n ",
    "\n",
    "\r",
    "\u{feff}",
    ";",
    ":",
    ",",
    "\"",
    "\\",
    "^n",
    "=",
    "FREQ=SECONDLY",
    "BYSETPOS=-1",
    "COUNT=99999999",
    "UNTIL=00010101",
    "-P99999999W",
    "99991231T235959Z",
    "00000101",
    "INTERVAL=0",
    "\u{2615}",
];

/// A few changes to one of the seeds.
fn mutant(seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut data = seeds[random.below(seeds.len())].clone();
    for _ in 0..=random.below(6) {
        let at = random.below(data.len() + 1);
        let to = (at + random.below(40)).min(data.len());
        match random.below(6) {
            0 => drop(data.drain(at..to)),
            1 => drop(data.splice(at..at, WORDS[random.below(WORDS.len())].bytes())),
            2 => data.get_mut(at).into_iter().for_each(|byte| *byte = random.below(256) as u8),
            3 => data.get_mut(at).into_iter().for_each(|byte| *byte = b'0' + random.below(10) as u8),
            4 => {
                let piece = data[at..to].to_vec();
                let into = random.below(data.len() + 1);
                data.splice(into..into, piece);
            }
            _ => {
                let other = &seeds[random.below(seeds.len())];
                let from = random.below(other.len() + 1);
                data.truncate(at);
                data.extend_from_slice(&other[from..]);
            }
        }
    }
    data.truncate(4096);
    data
}

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1).filter_map(|argument| argument.parse::<u64>().ok());
    let (executions, seed) = (arguments.next().unwrap_or(2_000), arguments.next().unwrap_or(1));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/seeds");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.sort();
    let seeds: Vec<Vec<u8>> = paths.iter().map(std::fs::read).collect::<Result<_, _>>()?;
    for (name, check) in [
        ("reader", checks::reader as fn(&[u8])),
        ("recurrence", checks::recurrence),
        ("zones", checks::zones),
        ("round trip", checks::round_trip),
    ] {
        let mut random = Random(seed.max(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        for execution in 0..executions {
            let data = mutant(&seeds, &mut random);
            let outcome = std::panic::catch_unwind(|| check(&data));
            assert!(outcome.is_ok(), "{name}, execution {execution}: {:?}", String::from_utf8_lossy(&data));
        }
        println!("{name}: {executions} executions from seed {seed}, nothing found");
    }
    Ok(())
}
