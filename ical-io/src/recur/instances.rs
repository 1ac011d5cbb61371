//! The instances of a rule, one after the other (RFC 5545 section 3.3.10).
//!
//! A rule is walked period by period (its FREQ and INTERVAL). A period gives a sorted list of bases (days; for rules
//! that recur more often than daily, one hour, minute or second) and every base the same sorted offsets (times of
//! day; minutes and seconds); base plus offset is a candidate. BYSETPOS picks among them by arithmetic. Nothing
//! here knows a zone: all of it is local time, in seconds since 1970-01-01.

use std::sync::Arc;

use super::civil::{DAY, FIRST_YEAR, LAST_YEAR, date_of, day_number, weekday_of};
use super::days::Anchor;
use super::rule::{Frequency, Rule};

/// How many periods and days are looked at, in all and without finding an instance.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    pub(crate) total: u64,
    pub(crate) idle: u64,
}

impl Default for Effort {
    /// Enough for every rule that is meant: a 29 February that is a Monday comes within 40 years.
    fn default() -> Self {
        Effort { total: 20_000_000, idle: 400_000 }
    }
}

/// The lazy sequence of a rule's instances, in local seconds. See the module's words.
#[derive(Debug)]
pub(crate) struct Instances {
    rule: Arc<Rule>,
    start: i64,
    until: i64,
    left: u64,
    anchor: Anchor,
    /// Seconds from each instance to the next, where they are always the same.
    step: Option<i64>,
    /// Seconds after a base, sorted.
    offsets: Vec<i64>,
    period: i64,
    /// Seconds since the epoch, sorted: those of the current period.
    bases: Vec<i64>,
    days: Vec<i64>,
    /// Which of the period's candidates comes next; with BYSETPOS, of `picked`.
    at: usize,
    picked: Vec<i64>,
    last: i64,
    effort: Effort,
    idle: u64,
    exhausted: bool,
    done: bool,
}

impl Instances {
    /// The instances from `start` on, up to and including `until`.
    pub(crate) fn new(
        rule: Arc<Rule>,
        start: i64,
        until: Option<i64>,
        is_date: bool,
        effort: Effort,
    ) -> Self {
        let (_, month, day) = date_of(start.div_euclid(DAY));
        let anchor = Anchor { month, day, weekday: weekday_of(start.div_euclid(DAY)) };
        let mut made = Instances {
            offsets: offsets(&rule, start.rem_euclid(DAY), is_date),
            start,
            until: until.unwrap_or(i64::MAX),
            left: rule.count.unwrap_or(u64::MAX),
            rule,
            anchor,
            step: None,
            period: 0,
            bases: Vec::new(),
            days: Vec::new(),
            at: 0,
            picked: Vec::new(),
            last: i64::MIN,
            effort,
            idle: 0,
            exhausted: false,
            done: false,
        };
        made.step = made.step();
        made
    }

    /// Seconds between the instances of a rule that says no more than how often it recurs, up to weekly.
    fn step(&self) -> Option<i64> {
        let unit = match self.rule.frequency {
            Frequency::Secondly => 1,
            Frequency::Minutely => 60,
            Frequency::Hourly => 3600,
            Frequency::Daily => DAY,
            Frequency::Weekly => 7 * DAY,
            Frequency::Monthly | Frequency::Yearly => return None,
        };
        self.is_plain().then(|| self.rule.interval.saturating_mul(unit))
    }

    /// The next instance of a rule with one in each period, `step` seconds apart.
    fn stepped(&mut self, step: i64) -> Option<i64> {
        let at = self.start.saturating_add(self.period.saturating_mul(step));
        if at > self.until || at >= (LAST_DAY + 1) * DAY || !self.spend() {
            self.done = true;
            return None;
        }
        self.period += 1;
        self.left -= 1;
        self.idle = 0;
        Some(at)
    }

    /// Goes on to the instances from `from` on, without looking at those before wherever that can be done. Some
    /// instances before `from` may still come.
    pub(crate) fn seek(&mut self, from: i64) {
        if from <= self.start {
            return;
        }
        let period = (self.period_of(from) - 1).max(0);
        match self.rule.count {
            None => self.period = period,
            Some(count) if self.is_plain() => {
                // Every period has exactly one instance.
                self.period = period;
                self.left = count.saturating_sub(period as u64);
            }
            Some(_) => {}
        }
    }

    /// Whether the search was given up before its end.
    pub(crate) fn exhausted(&self) -> bool {
        self.exhausted
    }

    /// The effort that is left.
    pub(crate) fn remaining(&self) -> u64 {
        self.effort.total
    }

    /// Whether each period has one instance, whatever it is.
    fn is_plain(&self) -> bool {
        let rule = &self.rule;
        let lists = [&rule.by_second, &rule.by_minute, &rule.by_hour, &rule.by_month_day, &rule.by_year_day];
        let more = [&rule.by_week_no, &rule.by_month, &rule.by_set_pos];
        rule.by_day.is_empty()
            && lists.iter().chain(&more).all(|list| list.is_empty())
            && (rule.frequency <= Frequency::Weekly || self.anchor.day <= 28)
    }

    /// The period that a local time lies in.
    fn period_of(&self, at: i64) -> i64 {
        let day = at.div_euclid(DAY);
        let start_day = self.start.div_euclid(DAY);
        let count = match self.rule.frequency {
            Frequency::Secondly => at - self.start,
            Frequency::Minutely => at.div_euclid(60) - self.start.div_euclid(60),
            Frequency::Hourly => at.div_euclid(3600) - self.start.div_euclid(3600),
            Frequency::Daily => day - start_day,
            Frequency::Weekly => (day - self.week_of(start_day)).div_euclid(7),
            Frequency::Monthly => {
                let ((y1, m1, _), (y0, m0, _)) = (date_of(day), date_of(start_day));
                (y1 - y0) * 12 + m1 - m0
            }
            Frequency::Yearly => date_of(day).0 - date_of(start_day).0,
        };
        count.div_euclid(self.rule.interval)
    }

    fn week_of(&self, day: i64) -> i64 {
        day - i64::from((weekday_of(day) + 7 - self.rule.week_start) % 7)
    }

    /// Fills `bases` from the current period and goes on to the next; false at the end of the calendar.
    fn fill(&mut self) -> bool {
        let step = self.period.saturating_mul(self.rule.interval);
        let start_day = self.start.div_euclid(DAY);
        self.bases.clear();
        match self.rule.frequency {
            Frequency::Yearly => {
                let year = date_of(start_day).0.saturating_add(step);
                if !(FIRST_YEAR..=LAST_YEAR).contains(&year) {
                    return false;
                }
                self.rule.days_of_year(year, self.anchor, &mut self.days);
            }
            Frequency::Monthly => {
                let (year, month, _) = date_of(start_day);
                let months = (year * 12 + month - 1).saturating_add(step);
                let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
                if !(FIRST_YEAR..=LAST_YEAR).contains(&year) {
                    return false;
                }
                self.rule.days_of_month(year, month, self.anchor, &mut self.days);
            }
            Frequency::Weekly => {
                let first = self.week_of(start_day).saturating_add(step.saturating_mul(7));
                if first > LAST_DAY {
                    return false;
                }
                self.rule.days_of_week(first, self.anchor, &mut self.days);
            }
            Frequency::Daily => {
                let day = start_day.saturating_add(step);
                if day > LAST_DAY {
                    return false;
                }
                self.days.clear();
                if self.rule.day_fits(day) {
                    self.days.push(day);
                }
            }
            Frequency::Hourly => return self.fill_within_day(3600),
            Frequency::Minutely => return self.fill_within_day(60),
            Frequency::Secondly => return self.fill_within_day(1),
        }
        self.period += 1;
        self.bases.extend(self.days.iter().map(|day| day * DAY));
        true
    }

    /// The same for rules that recur more often than daily: finds the next unit (hour, minute, second) that every
    /// limit lets through, jumping over days, hours and minutes that do not fit.
    fn fill_within_day(&mut self, unit: i64) -> bool {
        let first = self.start.div_euclid(unit);
        loop {
            let index = first.saturating_add(self.period.saturating_mul(self.rule.interval));
            let base = index.saturating_mul(unit);
            let day = base.div_euclid(DAY);
            if day > LAST_DAY || base > self.until {
                return false;
            }
            let fits = |list: &[i32], value: i64| list.is_empty() || list.contains(&(value as i32));
            let of_day = base.rem_euclid(DAY);
            let beyond = if !self.rule.day_fits(day) {
                (day + 1) * DAY
            } else if !fits(&self.rule.by_hour, of_day / 3600) {
                (base.div_euclid(3600) + 1) * 3600
            } else if unit < 3600 && !fits(&self.rule.by_minute, of_day / 60 % 60) {
                (base.div_euclid(60) + 1) * 60
            } else if unit < 60 && !fits(&self.rule.by_second, of_day % 60) {
                base + 1
            } else {
                self.bases.push(base);
                self.period += 1;
                return true;
            };
            // The first period that begins at `beyond` or after it.
            let units = beyond.div_euclid(unit) - first;
            self.period =
                (units + self.rule.interval - 1).div_euclid(self.rule.interval).max(self.period + 1);
            if !self.spend() {
                return false;
            }
        }
    }

    /// Notes one more period looked at; false where the effort is used up.
    fn spend(&mut self) -> bool {
        self.idle += 1;
        self.effort.total = self.effort.total.saturating_sub(1);
        self.exhausted = self.idle > self.effort.idle || self.effort.total == 0;
        !self.exhausted
    }

    /// Picks by BYSETPOS among the period's candidates.
    fn pick(&mut self) {
        self.picked.clear();
        let (bases, offsets) = (&self.bases, &self.offsets);
        let count = (bases.len() * offsets.len()) as i64;
        self.picked.extend(self.rule.by_set_pos.iter().filter_map(|n| {
            let n = i64::from(*n);
            let at = if n > 0 { n - 1 } else { count + n };
            let at = usize::try_from(at).ok().filter(|at| (*at as i64) < count)?;
            Some(bases[at / offsets.len()] + offsets[at % offsets.len()])
        }));
        self.picked.sort_unstable();
        self.picked.dedup();
    }

    /// The next candidate of the current period.
    fn candidate(&mut self) -> Option<i64> {
        let found = if self.rule.by_set_pos.is_empty() {
            let per_base = self.offsets.len();
            let (base, offset) =
                if per_base == 1 { (self.at, 0) } else { (self.at / per_base, self.at % per_base) };
            self.bases.get(base).map(|base| base + self.offsets[offset])
        } else {
            self.picked.get(self.at).copied()
        };
        self.at += 1;
        found
    }
}

impl Iterator for Instances {
    type Item = i64;

    fn next(&mut self) -> Option<i64> {
        if self.done || self.left == 0 || self.offsets.is_empty() {
            return None;
        }
        if let Some(step) = self.step {
            return self.stepped(step);
        }
        loop {
            while let Some(at) = self.candidate() {
                // SKIP can move a day onto one that is there already.
                if at < self.start || at <= self.last {
                    continue;
                }
                if at > self.until {
                    self.done = true;
                    return None;
                }
                self.last = at;
                self.left -= 1;
                self.idle = 0;
                return Some(at);
            }
            if !self.spend() || !self.fill() {
                self.done = true;
                return None;
            }
            self.at = 0;
            if !self.rule.by_set_pos.is_empty() {
                self.pick();
            }
            // A period that begins after UNTIL ends the search even where it is empty.
            if self.period_begins_after_until() {
                self.done = true;
                return None;
            }
        }
    }
}

impl Instances {
    fn period_begins_after_until(&self) -> bool {
        self.until < i64::MAX && self.bases.is_empty() && self.period - 1 > self.period_of(self.until) + 1
    }
}

/// The last day that has instances.
const LAST_DAY: i64 = day_number(LAST_YEAR, 12, 31);

/// The times within a base, in seconds, sorted: what BYHOUR, BYMINUTE and BYSECOND expand, or DTSTART's.
fn offsets(rule: &Rule, start: i64, is_date: bool) -> Vec<i64> {
    if is_date {
        // RFC 5545 section 3.3.10: BYHOUR, BYMINUTE and BYSECOND are ignored beside a DATE.
        return vec![0];
    }
    let parts = |list: &[i32], own: i64, expands: bool| -> Vec<i64> {
        match (expands, list.is_empty()) {
            (false, _) => vec![0],
            (true, true) => vec![own],
            (true, false) => list.iter().map(|n| i64::from(*n)).collect(),
        }
    };
    let hours = parts(&rule.by_hour, start / 3600, rule.frequency >= Frequency::Daily);
    let minutes = parts(&rule.by_minute, start / 60 % 60, rule.frequency >= Frequency::Hourly);
    let seconds = parts(&rule.by_second, start % 60, rule.frequency >= Frequency::Minutely);
    let mut offsets = Vec::with_capacity(hours.len() * minutes.len() * seconds.len());
    for hour in &hours {
        for minute in &minutes {
            offsets.extend(seconds.iter().map(|second| hour * 3600 + minute * 60 + second));
        }
    }
    offsets
}
