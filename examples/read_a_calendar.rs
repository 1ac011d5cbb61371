//! The calendar reader as a library: what an Outlook feed means through a change of the clocks.
//!
//! The feed names Windows zones and moves one call with a RECURRENCE-ID override.
//!
//! ```sh
//! cargo run --example read_a_calendar
//! ```

use chrono::{DateTime, Utc};
use plokk_ical_io::{Window, Zone, busy, events, read};
use std::error::Error;
use std::fs;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/solo/feeds/harbour-outlook.ics");
    let reading = read(&fs::read(&file)?, "harbour-outlook.ics");
    for fault in &reading.faults {
        println!("{fault:?}");
    }
    assert!(reading.faults.is_empty());

    let tallinn = Zone::named("Europe/Tallinn").ok_or("a zone")?;
    let window = Window::new("2026-10-18T21:00:00Z".parse()?, "2026-11-15T22:00:00Z".parse()?);
    let found = events(&reading.calendar, window, &tallinn);
    let calls: Vec<DateTime<Utc>> = found
        .items
        .iter()
        .filter(|o| o.component.text("SUMMARY").is_some_and(|s| s.starts_with("Weekly call")))
        .map(|o| o.start)
        .collect();
    for call in &calls {
        println!("call at {} in Tallinn", tallinn.local(*call));
    }
    // Four o'clock in Sydney, always; eight in Tallinn, then seven when summer time ends there. The
    // third call is moved to a Wednesday.
    let local: Vec<String> =
        calls.iter().map(|c| tallinn.local(*c).format("%a %d %b %H:%M").to_string()).collect();
    assert_eq!(local, ["Tue 20 Oct 08:00", "Tue 27 Oct 07:00", "Wed 04 Nov 07:00", "Tue 10 Nov 07:00"]);

    // What keeps Mari busy is what she attends; the rest is Olivia's own.
    let time = busy(&reading.calendar, window, &tallinn, None);
    let attended = time.items.iter().filter(|b| b.attendees.iter().any(|a| a == "mari@example.org")).count();
    println!("{} busy stretches, {attended} of them Mari's too", time.items.len());
    assert_eq!(attended, calls.len());
    Ok(())
}
