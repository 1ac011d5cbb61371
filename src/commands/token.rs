//! `plokk token`: make, list and take back tokens.

use crate::args::{TokenAct, TokenDesk, TokenMake, TokenRevoke};
use crate::exit::{Exit, Failure, Outcome};
use crate::home::Home;
use crate::serve::names;
use crate::table::{Align, Table};
use crate::terminal::{self, Paint};
use crate::tokens::Tokens;
use chrono::Utc;
use plokk_engine::words;
use serde_json::json;

pub(crate) fn run(act: &TokenAct) -> Outcome {
    match act {
        TokenAct::Make(args) => make(args),
        TokenAct::List(args) => list(args),
        TokenAct::Revoke(args) => revoke(args),
    }
}

fn make(args: &TokenMake) -> Outcome {
    let home = Home::open(&args.of.desk)?;
    let known: Vec<String> = names(&home.settings).into_iter().map(|(name, _)| name).collect();
    let mut wanted: Vec<String> = Vec::new();
    for name in &args.names {
        let bare = name.strip_suffix(".ics").unwrap_or(name);
        let bare = bare.strip_prefix("clients/").unwrap_or(bare);
        if !known.iter().any(|other| other == bare) {
            return Err(Failure::Input(format!(
                "nothing is called {name:?} here; there are {}",
                known.join(", ")
            )));
        }
        if !wanted.iter().any(|other| other == bare) {
            wanted.push(bare.to_owned());
        }
    }
    let token = Tokens::of(&home.kept_folder()).make(&wanted, &args.note, Utc::now())?;
    terminal::data(&format!("{}/f/{token}/\n", args.url))?;
    for name in &wanted {
        terminal::data(&match name.as_str() {
            "plan" => format!("{}/f/{token}/plan\n", args.url),
            name => format!("{}/f/{token}/{name}.ics\n", args.url),
        })?;
    }
    terminal::say("whoever has such an address may read what it opens; it is not shown again");
    Ok(Exit::Done)
}

fn list(args: &TokenDesk) -> Outcome {
    let home = Home::open(&args.of.desk)?;
    let tokens = Tokens::of(&home.kept_folder()).read()?;
    if args.json {
        for token in &tokens {
            let line =
                json!({ "id": token.id, "names": token.names, "note": token.note, "made": token.made });
            terminal::data(&format!("{line}\n"))?;
        }
        return Ok(Exit::Done);
    }
    if tokens.is_empty() {
        terminal::say("there are no tokens (plokk token make NAME makes one)");
        return Ok(Exit::Done);
    }
    let zone = home.settings.assistants[0].timezone;
    let columns = [("id", Align::Left), ("opens", Align::Left), ("made", Align::Left), ("note", Align::Left)];
    let mut table = Table::new(&columns);
    for token in &tokens {
        table.row([
            token.id.clone(),
            token.names.join(", "),
            words::moment(token.made, zone),
            token.note.clone(),
        ]);
    }
    let paint = Paint::for_data();
    for (at, line) in table.lines().iter().enumerate() {
        terminal::data(&format!("{}\n", if at == 0 { paint.dim(line) } else { line.clone() }))?;
    }
    Ok(Exit::Done)
}

fn revoke(args: &TokenRevoke) -> Outcome {
    let home = Home::open(&args.of.desk)?;
    Tokens::of(&home.kept_folder()).revoke(&args.ids)?;
    terminal::say(&format!("{} taken back", words::count(args.ids.len(), "token")));
    Ok(Exit::Done)
}
