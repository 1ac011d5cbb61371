//! Fees and shares: "35 EUR", "10%".

use super::Fee;
use super::reader::Cause;

/// Reads money per hour.
pub(crate) fn fee(text: &str) -> Result<Fee, Cause> {
    let malformed = || Cause::hinted(format!("malformed fee {text:?}"), "write it like \"35 EUR\"");
    let (amount, currency) = text.trim().split_once(char::is_whitespace).ok_or_else(malformed)?;
    let currency = currency.trim();
    let amount = plain_number(amount).ok_or_else(malformed)?;
    if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_alphabetic()) {
        return Err(malformed());
    }
    Ok(Fee { amount, currency: currency.to_uppercase() })
}

/// Reads a share of at least 0% and below 100%, as 0 to 1.
pub(crate) fn share(text: &str) -> Result<f64, Cause> {
    let malformed = || Cause::hinted(format!("malformed percentage {text:?}"), "write it like \"10%\"");
    let number = text.trim().strip_suffix('%').ok_or_else(malformed)?;
    let percent = plain_number(number.trim_end()).ok_or_else(malformed)?;
    if percent < 100.0 {
        Ok(percent / 100.0)
    } else {
        Err(Cause::hinted(format!("{text:?} leaves no time at all"), "it must be below 100%"))
    }
}

/// Digits with at most one point: no sign, no exponent, no infinity.
fn plain_number(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.') && text.len() <= 12;
    if plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_money_and_shares() {
        assert_eq!(fee("35 eur").ok(), Some(Fee { amount: 35.0, currency: "EUR".to_owned() }));
        assert_eq!(share("12.5%").ok(), Some(0.125));
        for bad in ["35", "EUR 35", "-1 EUR", "35 Euros", "inf EUR", ""] {
            assert!(fee(bad).is_err(), "{bad}");
        }
        for bad in ["10", "100%", "-5%", "%", "ten%", "NaN%"] {
            assert!(share(bad).is_err(), "{bad}");
        }
    }
}
