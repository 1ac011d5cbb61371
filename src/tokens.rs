//! Tokens: what makes the address of a served calendar unguessable.
//!
//! A token is an id of 8 letters, which is no secret, and 256 random bits. Kept is the id with a SHA-256
//! digest of the rest, in a file that only its owner may read; so what is kept opens nothing. A plain
//! digest will do: there is nothing to guess in 256 random bits.

use crate::exit::Failure;
use crate::files;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use subtle::ConstantTimeEq;

/// How long a token's id is, and its secret.
const ID: usize = 8;
const SECRET: usize = 43;

/// A token as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Token {
    /// Names it; no secret.
    pub(crate) id: String,
    /// The SHA-256 digest of its secret, in hexadecimal digits.
    digest: String,
    /// What it opens: names of calendars without `.ics`, or `plan`.
    pub(crate) names: Vec<String>,
    /// For whom it is.
    pub(crate) note: String,
    /// When it was made.
    pub(crate) made: DateTime<Utc>,
}

impl Token {
    /// Whether a secret is this token's, in a time that does not tell how much of it is right.
    pub(crate) fn is_opened_by(&self, secret: &str) -> bool {
        self.digest.as_bytes().ct_eq(digest(secret).as_bytes()).into()
    }

    /// Whether it opens what is called so.
    pub(crate) fn opens(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }
}

/// The id and the secret of a token as it stands in an address; `None` for what cannot be one.
pub(crate) fn split(token: &str) -> Option<(&str, &str)> {
    let right = token.len() == ID + SECRET
        && token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    right.then(|| token.split_at(ID))
}

/// The tokens of one desk.
pub(crate) struct Tokens {
    file: PathBuf,
}

impl Tokens {
    /// The tokens kept in a desk's `.plokk`.
    pub(crate) fn of(kept: &Path) -> Tokens {
        Tokens { file: kept.join("tokens.json") }
    }

    /// The file they are kept in.
    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// Every token.
    ///
    /// # Errors
    ///
    /// When they cannot be read: then nothing is known of who may see what.
    pub(crate) fn read(&self) -> Result<Vec<Token>, Failure> {
        match fs::read(&self.file) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map_err(|_| Failure::Input(format!("{}: cannot be understood", self.file.display()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(Failure::file(&self.file, "read", &error)),
        }
    }

    /// Makes a token; returns it whole, which is the only time that it is known.
    ///
    /// # Errors
    ///
    /// When the system has no randomness, or it cannot be kept.
    pub(crate) fn make(&self, names: &[String], note: &str, now: DateTime<Utc>) -> Result<String, Failure> {
        let mut tokens = self.read()?;
        let id = loop {
            // Letters and digits alone: on a command line it must not look like an option.
            let id: String =
                random::<6>()?.chars().take(ID).collect::<String>().replace('-', "a").replace('_', "b");
            if tokens.iter().all(|token| token.id != id) {
                break id;
            }
        };
        let secret = random::<32>()?;
        tokens.push(Token {
            id: id.clone(),
            digest: digest(&secret),
            names: names.to_vec(),
            note: note.to_owned(),
            made: now,
        });
        self.keep(&tokens)?;
        Ok(id + &secret)
    }

    /// Takes tokens back.
    ///
    /// # Errors
    ///
    /// When one is not known, and then none is taken back.
    pub(crate) fn revoke(&self, ids: &[String]) -> Result<(), Failure> {
        let mut tokens = self.read()?;
        if let Some(unknown) = ids.iter().find(|id| tokens.iter().all(|token| token.id != **id)) {
            return Err(Failure::Input(format!("there is no token {unknown}; plokk token list shows them")));
        }
        tokens.retain(|token| !ids.contains(&token.id));
        self.keep(&tokens)
    }

    fn keep(&self, tokens: &[Token]) -> Result<(), Failure> {
        if let Some(folder) = self.file.parent() {
            files::private_folder(folder)?;
        }
        let text = serde_json::to_vec_pretty(tokens).map_err(Failure::plokk)?;
        files::replace_privately(&self.file, &text)
    }
}

/// N random bytes in the letters of RFC 4648 section 5, without padding.
fn random<const N: usize>() -> Result<String, Failure> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::Input(format!("no random numbers are to be had: {error}")))?;
    let mut text = String::with_capacity(N.div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group =
            chunk.iter().fold(0u32, |group, byte| group << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            text.push(char::from(LETTERS[(group >> (18 - 6 * place) & 63) as usize]));
        }
    }
    Ok(text)
}

fn digest(secret: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(secret.as_bytes()) {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-10-19T05:00:00Z".parse().expect("a time")
    }

    #[test]
    fn a_token_opens_what_it_was_made_for_until_it_is_taken_back() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let tokens = Tokens::of(&folder.path().join(".plokk"));
        let whole = tokens.make(&["acme".to_owned()], "for Acme", now()).expect("it can be kept");
        let (id, secret) = split(&whole).expect("it is a token");
        let kept = tokens.read().expect("they can be read");
        assert_eq!((kept.len(), kept[0].id.as_str()), (1, id));
        assert!(kept[0].is_opened_by(secret) && kept[0].opens("acme") && !kept[0].opens("mari"));
        assert!(!kept[0].is_opened_by(&secret.replace(&secret[..1], "~")));
        let text = fs::read_to_string(tokens.file()).expect("it is there");
        assert!(!text.contains(secret), "the secret is not kept");
        assert!(tokens.revoke(&["nobody".to_owned()]).is_err());
        tokens.revoke(&[id.to_owned()]).expect("it is known");
        assert_eq!(tokens.read(), Ok(Vec::new()));
    }

    #[test]
    fn tokens_differ_and_look_alike() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let tokens = Tokens::of(folder.path());
        let made: Vec<String> =
            (0..20).map(|_| tokens.make(&["plan".to_owned()], "", now()).expect("it can be kept")).collect();
        let mut unique = made.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), made.len());
        assert!(made.iter().all(|token| split(token).is_some()));
        assert!(split("../../etc/passwd").is_none() && split("").is_none());
    }

    /// RFC 6234's test vector.
    #[test]
    fn digests_are_sha_256() {
        assert_eq!(digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
