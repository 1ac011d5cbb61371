//! The days that the BY parts of a rule pick in one period (RFC 5545 section 3.3.10, the table of expansions and
//! limits).

use super::civil::{date_of, day_number, first_week, month_length, week_count, weekday_of, year_length};
use super::rule::{Frequency, Rule, Skip};

/// The day that DTSTART gives where the rule says none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Anchor {
    pub(crate) month: i64,
    pub(crate) day: i64,
    pub(crate) weekday: u8,
}

impl Rule {
    /// The days of a year, sorted.
    pub(super) fn days_of_year(&self, year: i64, anchor: Anchor, out: &mut Vec<i64>) {
        out.clear();
        let january_1 = day_number(year, 1, 1);
        if !self.by_year_day.is_empty() {
            let length = year_length(year);
            out.extend(self.by_year_day.iter().filter_map(|n| {
                let n = i64::from(*n);
                let day = if n > 0 { n - 1 } else { length + n };
                self.in_range(day, length).map(|day| january_1 + day)
            }));
            out.retain(|day| self.month_fits(*day) && self.week_no_fits(*day) && self.month_day_fits(*day));
            out.retain(|day| self.weekday_fits(*day));
        } else if !self.by_week_no.is_empty() {
            self.days_of_weeks(year, out);
            out.retain(|day| self.month_fits(*day) && self.month_day_fits(*day));
            if self.by_day.is_empty() && self.by_month_day.is_empty() {
                out.retain(|day| weekday_of(*day) == anchor.weekday);
            } else {
                out.retain(|day| self.weekday_fits(*day));
            }
        } else if self.by_month.is_empty() && self.by_month_day.is_empty() && !self.by_day.is_empty() {
            self.weekdays_between(january_1, year_length(year), out);
        } else if self.by_month.is_empty() && !self.by_month_day.is_empty() && !self.by_day.is_empty() {
            // A Friday the 13th is one in whatever month.
            (1..=12).for_each(|month| self.add_days_of_month(year, month, anchor, out));
        } else if self.by_month.is_empty() {
            // What the rule does not say comes from DTSTART: BYMONTHDAY alone is a day of its month.
            self.add_days_of_month(year, anchor.month, anchor, out);
        } else {
            for month in &self.by_month {
                self.add_days_of_month(year, i64::from(*month), anchor, out);
            }
        }
        out.sort_unstable();
        out.dedup();
    }

    /// The days of a month, sorted.
    pub(super) fn days_of_month(&self, year: i64, month: i64, anchor: Anchor, out: &mut Vec<i64>) {
        out.clear();
        if self.by_month.is_empty() || self.by_month.contains(&(month as i32)) {
            self.add_days_of_month(year, month, anchor, out);
            out.sort_unstable();
            out.dedup();
        }
    }

    /// The days of the week that begins with `first`, sorted.
    pub(super) fn days_of_week(&self, first: i64, anchor: Anchor, out: &mut Vec<i64>) {
        out.clear();
        out.extend((first..first + 7).filter(|day| {
            let weekday = weekday_of(*day);
            let fits = match self.by_day.is_empty() {
                true => weekday == anchor.weekday,
                false => self.by_day.iter().any(|by| by.weekday == weekday),
            };
            fits && self.month_fits(*day)
        }));
    }

    /// Whether a rule that recurs daily or more often may have instances on a day.
    pub(super) fn day_fits(&self, day: i64) -> bool {
        (self.by_day.is_empty() || self.weekday_fits(day))
            && (self.by_month.is_empty() || self.month_fits(day))
            && (self.by_month_day.is_empty() || self.month_day_fits(day))
            && (self.by_year_day.is_empty() || self.year_day_fits(day))
    }

    fn add_days_of_month(&self, year: i64, month: i64, anchor: Anchor, out: &mut Vec<i64>) {
        if !self.by_month_day.is_empty() {
            let from = out.len();
            for n in &self.by_month_day {
                let n = i64::from(*n);
                let day = if n > 0 { n } else { month_length(year, month) + 1 + n };
                self.month_day(year, month, day, out);
            }
            if !self.by_day.is_empty() {
                let mut kept = from;
                for at in from..out.len() {
                    if self.weekday_fits(out[at]) {
                        out[kept] = out[at];
                        kept += 1;
                    }
                }
                out.truncate(kept);
            }
        } else if !self.by_day.is_empty() {
            self.weekdays_between(day_number(year, month, 1), month_length(year, month), out);
        } else {
            self.month_day(year, month, anchor.day, out);
        }
    }

    /// A day of a month; what becomes of one that the month does not have is SKIP's (RFC 7529 section 4.1).
    fn month_day(&self, year: i64, month: i64, day: i64, out: &mut Vec<i64>) {
        if let Some(day) = self.in_range(day - 1, month_length(year, month)) {
            out.push(day_number(year, month, 1) + day);
        }
    }

    /// A day counted from 0 in a month or year of that length, or what SKIP makes of it.
    fn in_range(&self, day: i64, length: i64) -> Option<i64> {
        if (0..length).contains(&day) {
            return Some(day);
        }
        match (self.skip, day < 0) {
            (Skip::Omit, _) => None,
            (Skip::Backward, true) => Some(-1),
            (Skip::Backward, false) => Some(length - 1),
            (Skip::Forward, true) => Some(0),
            (Skip::Forward, false) => Some(length),
        }
    }

    /// The days that BYDAY picks among `length` days from `first` on: a month, or a year.
    fn weekdays_between(&self, first: i64, length: i64, out: &mut Vec<i64>) {
        for by in &self.by_day {
            let offset = i64::from((by.weekday + 7 - weekday_of(first)) % 7);
            let count = (length - offset + 6) / 7;
            match i64::from(by.nth) {
                0 => out.extend((0..count).map(|week| first + offset + 7 * week)),
                nth if nth > 0 && nth <= count => out.push(first + offset + 7 * (nth - 1)),
                nth if nth < 0 && -nth <= count => out.push(first + offset + 7 * (count + nth)),
                _ => {}
            }
        }
    }

    /// The days of the numbered weeks that lie in a calendar year. A week that reaches into the next year gives
    /// each year its own days.
    fn days_of_weeks(&self, year: i64, out: &mut Vec<i64>) {
        let (first, last) = (day_number(year, 1, 1), day_number(year, 12, 31));
        for of in year - 1..=year + 1 {
            let (begin, count) = (first_week(of, self.week_start), week_count(of, self.week_start));
            for n in &self.by_week_no {
                let n = i64::from(*n);
                let week = if n > 0 { n - 1 } else { count + n };
                if (0..count).contains(&week) {
                    let monday = begin + 7 * week;
                    out.extend((monday..monday + 7).filter(|day| (first..=last).contains(day)));
                }
            }
        }
    }

    fn month_fits(&self, day: i64) -> bool {
        self.by_month.is_empty() || self.by_month.contains(&(date_of(day).1 as i32))
    }

    fn month_day_fits(&self, number: i64) -> bool {
        if self.by_month_day.is_empty() {
            return true;
        }
        let (year, month, day) = date_of(number);
        let from_end = day - month_length(year, month) - 1;
        self.by_month_day.iter().any(|n| i64::from(*n) == day || i64::from(*n) == from_end)
    }

    fn year_day_fits(&self, number: i64) -> bool {
        let year = date_of(number).0;
        let day = number - day_number(year, 1, 1) + 1;
        let from_end = day - year_length(year) - 1;
        self.by_year_day.iter().any(|n| i64::from(*n) == day || i64::from(*n) == from_end)
    }

    fn week_no_fits(&self, day: i64) -> bool {
        if self.by_week_no.is_empty() {
            return true;
        }
        let mut days = Vec::new();
        self.days_of_weeks(date_of(day).0, &mut days);
        days.contains(&day)
    }

    /// BYDAY as a limit; a number counts in the month where the rule speaks of months, else in the year.
    fn weekday_fits(&self, number: i64) -> bool {
        if self.by_day.is_empty() {
            return true;
        }
        let weekday = weekday_of(number);
        self.by_day.iter().filter(|by| by.weekday == weekday).any(|by| {
            if by.nth == 0 {
                return true;
            }
            let (year, month, day) = date_of(number);
            let in_month = self.frequency == Frequency::Monthly || !self.by_month.is_empty();
            let (of, length) = match in_month {
                true => (day - 1, month_length(year, month)),
                false => (number - day_number(year, 1, 1), year_length(year)),
            };
            let nth = i64::from(by.nth);
            nth == of / 7 + 1 || nth == -((length - 1 - of) / 7 + 1)
        })
    }
}
