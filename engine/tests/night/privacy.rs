//! No client's feed holds anything of another client, whatever the desks, over several nights.

use crate::support::{Desk, MONDAY};
use proptest::prelude::*;
use std::fmt::Write;

/// A client: everything that names it or its work begins with a word that nobody else has.
#[derive(Clone, Debug)]
struct Client {
    word: String,
    tasks: Vec<(u32, u32, bool)>,
    meetings: Vec<(u32, u32)>,
}

fn clients() -> impl Strategy<Value = Vec<Client>> {
    let task = (1u32..9, 0u32..5, any::<bool>());
    let client = (prop::collection::vec(task, 1..5), prop::collection::vec((0u32..5, 8u32..16), 0..3));
    prop::collection::vec(client, 2..5).prop_map(|clients| {
        let words = ["zebrazz", "quokkaa", "ibexxxx", "numbatt"];
        let client =
            |((tasks, meetings), word): ((_, _), &str)| Client { word: word.to_owned(), tasks, meetings };
        clients.into_iter().zip(words).map(client).collect()
    })
}

/// The desk: every id, name, address, UID, summary, category and location of a client has its word.
fn desk(clients: &[Client], team: bool) -> Desk {
    let mut settings = String::from(
        "[planning]\nhorizon = '1 week'\nreserve = '0%'\n[[assistant]]\nid = 'mari'\nname = 'Mari'\nemail = 'mari@example.org'\n\
         timezone = 'Europe/Tallinn'\nfeeds = ['mari.ics']\n",
    );
    if team {
        settings
            .push_str("[[assistant]]\nid = 'jaan'\ntimezone = 'America/St_Johns'\nfeeds = ['jaan.ics']\n");
    }
    let mut feeds: Vec<(String, String)> = vec![("mari.ics".into(), String::new())];
    for Client { word, tasks, meetings } in clients {
        let _ = write!(
            settings,
            "[[client]]\nid = '{word}-id'\nname = '{word} \"Ltd\", <b>&'\ntimezone = 'Europe/London'\nfeeds = ['{word}.ics']\n"
        );
        let mut text = String::new();
        for (at, (quarters, day, after)) in tasks.iter().enumerate() {
            let minutes = quarters * 30;
            let link = match at {
                0 => String::new(),
                _ if *after => {
                    format!("RELATED-TO;RELTYPE=FINISHTOSTART:{word}-{}@{word}.example\r\n", at - 1)
                }
                _ => String::new(),
            };
            let _ = write!(
                text,
                "BEGIN:VTODO\r\nUID:{word}-{at}@{word}.example\r\nSUMMARY:{word}\\, work {at}\r\nCATEGORIES:{word}-kind\r\n\
                 LOCATION:{word} street\r\nDESCRIPTION:{word} secrets\r\nORGANIZER:mailto:boss@{word}.example\r\n\
                 ESTIMATED-DURATION:PT{minutes}M\r\nDUE:202610{:02}T150000Z\r\n{link}END:VTODO\r\n",
                20 + day
            );
        }
        for (at, (day, hour)) in meetings.iter().enumerate() {
            let _ = write!(
                text,
                "BEGIN:VEVENT\r\nUID:{word}-m{at}\r\nSUMMARY:{word} call\r\nATTENDEE:mailto:mari@example.org\r\n\
                 DTSTART:202610{:02}T{hour:02}0000Z\r\nDURATION:PT1H\r\nEND:VEVENT\r\n",
                20 + day
            );
        }
        feeds.push((format!("{word}.ics"), text));
    }
    let feeds: Vec<(&str, &str)> = feeds.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let mut desk = Desk::new(&settings, &feeds);
    desk.effort = 0.01;
    desk
}

fn nobody_learns_of_anybody(desk: &Desk, clients: &[Client]) {
    for client in clients {
        let text = desk.calendar(&format!("clients/{}-id.ics", client.word)).to_lowercase();
        for other in clients.iter().filter(|other| other.word != client.word) {
            assert!(!text.contains(&other.word), "{} in the feed of {}:\n{text}", other.word, client.word);
        }
    }
    let busy = desk.calendar("mari-busy.ics").to_lowercase();
    assert!(clients.iter().all(|client| !busy.contains(&client.word)), "{busy}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_feed_holds_another_clients_data(clients in clients(), team in any::<bool>()) {
        let mut desk = desk(&clients, team);
        desk.night(MONDAY);
        nobody_learns_of_anybody(&desk, &clients);
        // What is called off, what is over and what moved is nobody else's either.
        let gone = format!("{}.ics", clients[0].word);
        desk.feed(&gone, "");
        desk.night("2026-10-20T00:00:00Z");
        nobody_learns_of_anybody(&desk, &clients);
        desk.night("2026-10-21T09:00:00Z");
        nobody_learns_of_anybody(&desk, &clients);
    }
}
