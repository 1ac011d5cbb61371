//! The master program: which content for which window, so that work, caps and quotas come out best.
//!
//! Columns are window contents. The rows that every relaxation has: each task's slots are planned or
//! left out, each window holds one content, caps and quotas. Cuts are added where a fractional
//! answer breaks them; see [`super::cuts`].

use super::cuts::Cut;
use super::offers::Offers;
use super::pricing::{OfferPrice, Prices};
use super::slacks::{OfTask, Slacks};
use crate::lp::{Column, LinearProgram, LpSolution, Row, Sense, Start, solve_centrally};
use crate::model::{Model, Suggested};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// A content of a window that the program may choose.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct WindowColumn {
    pub(crate) window: u32,
    /// Offers and slots of work.
    pub(crate) items: Vec<(u32, i32)>,
    pub(crate) cost: f64,
    /// How much of it the last answer has.
    pub(crate) value: f64,
}

/// What tells columns apart.
type Key = (u32, Vec<(u32, i32)>);

fn key(window: u32, items: &[(u32, i32)]) -> Key {
    (window, items.to_vec())
}

/// Of what an answer has less, it could do without.
const TRACE: f64 = 1e-3;

/// The master program.
pub(crate) struct Master<'m> {
    pub(crate) model: &'m Model,
    pub(crate) offers: &'m Offers,
    rows: Vec<Row>,
    slacks: Slacks,
    pub(crate) columns: Vec<WindowColumn>,
    /// Where each column stands.
    index: HashMap<Key, usize>,
    pub(crate) cuts: Vec<Cut>,
    /// The cuts that count each offer: cut, points for presence, points per slot.
    cuts_of_offer: Vec<Vec<(u32, f64, f64)>>,
    /// The cuts on each task's lateness.
    cuts_of_task: Vec<Vec<u32>>,
    /// The row that lets a task's first chunk go free, for tasks that may be cut.
    free_chunk: Vec<Option<u32>>,
    /// The caps and quotas that count a client's work in a window, as rows.
    limits: Vec<Vec<(u32, Option<u32>)>>,
    first_cap: usize,
    first_cut: usize,
}

/// What an answer of the program costs, and what its rows are worth. The values are with the columns.
pub(crate) struct Answer {
    pub(crate) cost: f64,
    /// The price of each row.
    pub(crate) prices: Vec<f64>,
}

impl<'m> Master<'m> {
    pub(crate) fn new(model: &'m Model, offers: &'m Offers) -> Master<'m> {
        let tasks = model.tasks.len();
        let mut rows: Vec<Row> =
            model.tasks.iter().map(|t| Row { sense: Sense::Equal, rhs: f64::from(t.size) }).collect();
        let mut slacks = Slacks::of_tasks(model);
        rows.extend(model.windows.iter().map(|_| Row { sense: Sense::AtMost, rhs: 1.0 }));
        let mut free_chunk = vec![None; tasks];
        for (j, job) in model.tasks.iter().enumerate() {
            if job.most_chunks() >= 2 && model.chunk > 0.0 && !job.allowed.is_empty() {
                let row = rows.len() as u32;
                free_chunk[j] = Some(row);
                rows.push(Row { sense: Sense::AtLeast, rhs: 0.0 });
                slacks.add(-model.chunk, 1.0, row, -1.0);
            }
        }
        let first_cap = rows.len() as u32;
        rows.extend(model.caps.iter().map(|c| Row { sense: Sense::AtMost, rhs: f64::from(c.max) }));
        let first_quota = rows.len() as u32;
        for quota in &model.quotas {
            slacks.add(model.quota_slot, f64::from(quota.min), rows.len() as u32, 1.0);
            rows.push(Row { sense: Sense::AtLeast, rhs: f64::from(quota.min) });
        }
        Master {
            model,
            offers,
            first_cut: rows.len(),
            rows,
            slacks,
            columns: Vec::new(),
            index: HashMap::new(),
            cuts: Vec::new(),
            cuts_of_offer: vec![Vec::new(); offers.all.len()],
            cuts_of_task: vec![Vec::new(); tasks],
            free_chunk,
            limits: limits(model, first_cap, first_quota),
            first_cap: first_cap as usize,
        }
    }

    /// How many rows there are now.
    pub(crate) fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Adds a content of a window, unless it is there or empty; answers its place, and whether it is new.
    pub(crate) fn add(&mut self, window: u32, mut items: Vec<(u32, i32)>) -> Option<(usize, bool)> {
        if items.is_empty() {
            return None;
        }
        items.sort_unstable();
        let next = self.columns.len();
        match self.index.entry(key(window, &items)) {
            Entry::Occupied(known) => Some((*known.get(), false)),
            Entry::Vacant(place) => {
                place.insert(next);
                let cost = self.content_cost(&items);
                self.columns.push(WindowColumn { window, items, cost, value: 0.0 });
                Some((next, true))
            }
        }
    }

    /// What a content costs: its pieces and the fewest setups that hold them together.
    fn content_cost(&self, items: &[(u32, i32)]) -> f64 {
        let mut cost = 0.0;
        let (mut clients, mut kinds) = (0, 0);
        let mut last: Option<(u32, u32)> = None;
        // Offers of one window stand by client and kind.
        for (offer, len) in items {
            let offer = &self.offers.all[*offer as usize];
            let piece = offer.piece(*len);
            cost += piece.cost + piece.late;
            let job = &self.model.tasks[offer.task as usize];
            clients += i32::from(last.is_none_or(|(client, _)| client != job.client));
            kinds += i32::from(last.is_none_or(|(_, kind)| kind != job.kind));
            last = Some((job.client, job.kind));
        }
        let setup = &self.model.setup;
        cost + setup.block * f64::from(kinds) + setup.switch * f64::from((clients - 1).max(0))
    }

    /// Adds a cut.
    pub(crate) fn add_cut(&mut self, cut: Cut) {
        let index = self.cuts.len() as u32;
        let row = self.rows.len() as u32;
        self.rows.push(Row { sense: Sense::AtLeast, rhs: cut.least });
        for (offer, presence, slot) in &cut.offers {
            self.cuts_of_offer[*offer as usize].push((index, *presence, *slot));
        }
        if let Some(j) = cut.lateness_of {
            let job = &self.model.tasks[j as usize];
            self.cuts_of_task[j as usize].push(index);
            let share = job.lateness(self.model.horizon) / f64::from(job.size);
            self.slacks.count(OfTask::Left, j, row, share);
            self.slacks.count(OfTask::Extra, j, row, 1.0);
            self.slacks.count(OfTask::Stepped, j, row, job.late);
        }
        if let Some(j) = cut.left_of {
            self.slacks.count(OfTask::Left, j, row, 1.0);
        }
        if let Some((j, times)) = cut.incomplete {
            self.slacks.count(OfTask::Incomplete, j, row, times);
        }
        for (j, times) in &cut.late {
            let size = f64::from(self.model.tasks[*j as usize].size);
            self.slacks.count(OfTask::Left, *j, row, times / size);
            self.slacks.count(OfTask::Stepped, *j, row, *times);
        }
        self.cuts.push(cut);
    }

    /// Solves the program with the columns and cuts that it has now, starting from the last answer and some prices,
    /// until its gap is `gap`, as a share of the cost.
    pub(crate) fn solve(&mut self, prices: &[f64], gap: f64) -> Option<Answer> {
        let program = self.program();
        let values: Vec<f64> = self.slacks.values().chain(self.columns.iter().map(|c| c.value)).collect();
        let LpSolution { values, prices } =
            solve_centrally(&program, &Start { values: &values, prices }, gap)?;
        let (slacks, columns) = values.split_at(self.slacks.len());
        self.slacks.set_values(slacks);
        self.columns.iter_mut().zip(columns).for_each(|(column, value)| column.value = *value);
        let cost = program.columns.iter().zip(&values).map(|(column, value)| column.cost * value).sum();
        Some(Answer { cost, prices })
    }

    fn program(&self) -> LinearProgram {
        let content = |column: &WindowColumn| {
            let entries = self.entries_of(column.window, &column.items);
            Column { cost: column.cost, upper: f64::INFINITY, entries }
        };
        let columns = self.slacks.columns().chain(self.columns.iter().map(content)).collect();
        LinearProgram { columns, rows: self.rows.clone(), apart: self.window_rows() }
    }

    /// The rows that let each window have one content.
    fn window_rows(&self) -> std::ops::Range<usize> {
        let tasks = self.model.tasks.len();
        tasks..tasks + self.model.windows.len()
    }

    /// The values of slacks, in the order of [`Master::take_slacks`], as a part of an answer.
    pub(crate) fn set_slacks(&mut self, values: &[f64]) {
        self.slacks.set_values(values);
    }

    /// How much of a task the last answer leaves out, in slots.
    pub(crate) fn left(&self, task: usize) -> f64 {
        self.slacks.value(OfTask::Left, task)
    }

    /// The lateness of a task in the last answer beyond its share form, in points.
    pub(crate) fn extra(&self, task: usize) -> f64 {
        self.slacks.value(OfTask::Extra, task)
    }

    /// How far a task is late at all in the last answer, beyond the share of it that is late or left out.
    pub(crate) fn stepped(&self, task: usize) -> f64 {
        self.slacks.value(OfTask::Stepped, task)
    }

    /// How far a task is not planned in full in the last answer, where any row asks.
    pub(crate) fn incomplete(&self, task: usize) -> Option<f64> {
        let asked = self.slacks.is_counted(OfTask::Incomplete, task);
        asked.then(|| self.slacks.value(OfTask::Incomplete, task))
    }

    /// Prices of all rows with those of the windows' own rows at what contents are worth: then no column is worth more than it costs.
    pub(crate) fn with_windows(&self, mut prices: Vec<f64>, worths: impl Iterator<Item = f64>) -> Vec<f64> {
        prices[self.window_rows()].iter_mut().zip(worths).for_each(|(price, worth)| *price = -worth.max(0.0));
        prices
    }

    /// The rows that count a column.
    pub(crate) fn entries_of(&self, window: u32, items: &[(u32, i32)]) -> Vec<(u32, f64)> {
        let tasks = self.model.tasks.len() as u32;
        let mut entries = vec![(tasks + window, 1.0)];
        for (o, len) in items {
            let offer = &self.offers.all[*o as usize];
            let slots = f64::from(*len);
            let j = offer.task as usize;
            entries.push((offer.task, slots));
            if let Some(row) = self.free_chunk[j] {
                entries.push((row, 1.0));
            }
            for row in self.limits_of(window, j) {
                entries.push((row, slots));
            }
            for (cut, presence, slot) in &self.cuts_of_offer[*o as usize] {
                let points = self.cuts[*cut as usize].points.get(*len as usize).copied().unwrap_or(0.0);
                entries.push((self.first_cut as u32 + cut, presence + slot * slots + points));
            }
            let late = offer.piece(*len).late;
            if late > 0.0 {
                entries.extend(self.cuts_of_task[j].iter().map(|cut| (self.first_cut as u32 + cut, late)));
            }
        }
        entries.sort_unstable_by_key(|(row, _)| *row);
        entries.dedup_by(|next, first| {
            let same = next.0 == first.0;
            if same {
                first.1 += next.1;
            }
            same
        });
        entries
    }

    fn limits_of(&self, window: u32, j: usize) -> impl Iterator<Item = u32> {
        let client = self.model.tasks[j].client;
        let mine = self.limits[window as usize].iter();
        mine.filter(move |(_, only)| only.is_none_or(|c| c == client)).map(|(row, _)| *row)
    }

    /// The caps that count work on a task in a window.
    pub(crate) fn caps_of(&self, window: u32, j: usize) -> impl Iterator<Item = usize> {
        let caps = self.limits_of(window, j).map(|row| row as usize - self.first_cap);
        caps.filter(|cap| *cap < self.model.caps.len())
    }

    /// The share of its lateness that a piece of each task still pays at the rows' prices.
    pub(crate) fn late_prices(&self, rows: &[f64]) -> Vec<f64> {
        let paid = |cuts: &Vec<u32>| cuts.iter().map(|cut| rows[self.first_cut + *cut as usize]).sum::<f64>();
        self.cuts_of_task.iter().map(|cuts| 1.0 - paid(cuts)).collect()
    }

    /// What the rows' prices make offers of a window worth, leaving out those that are sure to bring nothing; `late` is
    /// [`Master::late_prices`] of the same.
    pub(crate) fn offer_prices(
        &self,
        rows: &[f64],
        late: &[f64],
        window: usize,
        among: impl Iterator<Item = u32>,
        prices: &mut Prices,
    ) {
        let limits = &self.limits[window];
        let of_all: f64 =
            limits.iter().filter(|(_, c)| c.is_none()).map(|(row, _)| rows[*row as usize]).sum();
        prices.offers.clear();
        prices.lengths.clear();
        let by_length = &mut prices.lengths;
        prices.offers.extend(among.filter_map(|o| {
            let offer = &self.offers.all[o as usize];
            let j = offer.task as usize;
            let client = Some(self.model.tasks[j].client);
            let of_client = limits.iter().filter(|(_, c)| *c == client).map(|(row, _)| rows[*row as usize]);
            let mut slot = rows[j] + of_all + of_client.sum::<f64>();
            let mut presence = self.free_chunk[j].map_or(0.0, |row| rows[row as usize]);
            let at = by_length.len();
            for (cut, for_presence, for_slot) in &self.cuts_of_offer[o as usize] {
                let price = rows[self.first_cut + *cut as usize];
                presence += price * for_presence;
                slot += price * for_slot;
                let points = self.cuts[*cut as usize].points.iter().skip(offer.shortest as usize);
                if price > 0.0 && points.len() > 0 {
                    by_length.resize(at + offer.pieces.len(), 0.0);
                    by_length[at..].iter_mut().zip(points).for_each(|(sum, points)| *sum += price * points);
                }
            }
            let lengths = (by_length.len() > at).then_some(at);
            let most_points = by_length[at..].iter().copied().fold(0.0, f64::max);
            let price = OfferPrice { offer: o, slot, presence, late: late[j], lengths, most_points };
            let useful = !price.is_too_low(offer);
            if !useful {
                by_length.truncate(at);
            }
            useful.then_some(price)
        }));
    }

    /// What a slot of each cap is worth at given prices.
    pub(crate) fn cap_tolls(&self, rows: &[f64]) -> Vec<f64> {
        rows[self.first_cap..][..self.model.caps.len()].iter().map(|price| -price).collect()
    }

    /// Sets prices that have the wrong sign for their row to 0; windows' own rows have none.
    pub(crate) fn right_signs(&self, prices: &mut [f64]) {
        let windows = self.window_rows();
        for (i, (price, row)) in prices.iter_mut().zip(&self.rows).enumerate() {
            *price = match row.sense {
                _ if windows.contains(&i) => 0.0,
                Sense::Equal => *price,
                Sense::AtLeast => price.max(0.0),
                Sense::AtMost => price.min(0.0),
            };
        }
    }

    /// The rows' right-hand sides; 0 for windows' own rows, which pricing keeps by itself.
    pub(crate) fn sides(&self) -> Vec<f64> {
        let mut sides: Vec<f64> = self.rows.iter().map(|row| row.rhs).collect();
        sides[self.window_rows()].fill(0.0);
        sides
    }

    /// By how much the columns' and given slacks' values miss each row; 0 for windows' own rows.
    pub(crate) fn missing(&self, slacks: &[f64]) -> Vec<f64> {
        let mut missing = self.sides();
        for column in self.columns.iter().filter(|column| column.value > 0.0) {
            for (row, c) in self.entries_of(column.window, &column.items) {
                missing[row as usize] -= c * column.value;
            }
        }
        self.slacks.take_from(&mut missing, slacks);
        missing[self.window_rows()].fill(0.0);
        missing
    }

    /// Takes what the slacks that pay at given prices bring to each row off what is missing there;
    /// answers the value of each slack.
    pub(crate) fn take_slacks(&self, prices: &[f64], missing: &mut [f64]) -> Vec<f64> {
        let values = self.slacks.that_pay(prices);
        self.slacks.take_from(missing, &values);
        missing[self.window_rows()].fill(0.0);
        values
    }

    /// Prices to start from, for a guess at what a slot of everybody's time is worth: that is the price of every
    /// cap on all work, and each task is worth as much and a block, or what leaving it out costs where that is less.
    pub(crate) fn first_prices(&self, time: f64) -> Vec<f64> {
        let mut prices = vec![0.0; self.rows.len()];
        for (price, job) in prices.iter_mut().zip(&self.model.tasks) {
            let out = job.left_out(self.model.horizon);
            let done = time + self.model.setup.block / f64::from(job.size.max(1));
            *price = if job.allowed.is_empty() { out } else { out.min(done) };
        }
        for (price, cap) in prices[self.first_cap..].iter_mut().zip(&self.model.caps) {
            *price = if cap.client.is_none() { -time } else { 0.0 };
        }
        prices
    }

    /// So many guesses, and one, at what a slot of everybody's time is worth: nothing, and shares of what leaving
    /// out the tasks costs, from the least to the most.
    pub(crate) fn guesses(&self, count: usize) -> Vec<f64> {
        let mut out: Vec<f64> = self.model.tasks.iter().map(|job| job.left_out(self.model.horizon)).collect();
        out.sort_by(f64::total_cmp);
        let steps = (0..count).map(|k| out.get(out.len() * k / count).map_or(0.0, |points| 0.8 * points));
        [0.0].into_iter().chain(steps).collect()
    }

    /// The part of the Lagrangian bound that is no window's: right-hand sides and slacks. Windows'
    /// own rows are left out, since pricing takes their best content whole.
    pub(crate) fn fixed_bound(&self, rows: &[f64]) -> f64 {
        let windows = self.window_rows();
        let sides = self.rows.iter().zip(rows).enumerate();
        let base: f64 =
            sides.filter(|(i, _)| !windows.contains(i)).map(|(_, (row, price))| row.rhs * price).sum();
        base + self.slacks.least(rows) + self.model.constant
    }

    /// Keeps the columns that come nearest to paying at given prices, so many of each window, and those of which the last
    /// answer has more than a trace.
    pub(crate) fn keep_best(&mut self, prices: &[f64], most: usize) {
        let tasks = self.model.tasks.len() as u32;
        let reduced = |column: &WindowColumn| {
            let entries = self.entries_of(column.window, &column.items);
            let paid = entries.iter().filter(|(row, _)| *row != tasks + column.window);
            column.cost - paid.map(|(row, c)| c * prices[*row as usize]).sum::<f64>()
        };
        let mut order: Vec<(f64, usize)> =
            self.columns.iter().enumerate().map(|(c, column)| (reduced(column), c)).collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut count = vec![0; self.model.windows.len()];
        let mut kept = Vec::new();
        for (_, c) in order {
            let of_window = &mut count[self.columns[c].window as usize];
            if *of_window < most || self.columns[c].value > TRACE {
                *of_window += 1;
                kept.push(self.columns[c].clone());
            }
        }
        self.index =
            kept.iter().enumerate().map(|(c, column)| (key(column.window, &column.items), c)).collect();
        self.columns = kept;
    }

    /// The contents that the last answer has more than a hundredth of.
    pub(crate) fn suggest(&self) -> Vec<Suggested> {
        let mut up_to = 0.0;
        let chosen = self.columns.iter().filter(|column| column.value > 0.01);
        chosen
            .map(|column| {
                up_to += column.value;
                let task = |o: u32| self.offers.all[o as usize].task;
                let items = column.items.iter().map(|(o, len)| (task(*o), *len)).collect();
                Suggested { window: column.window, items, up_to }
            })
            .collect()
    }

    /// Adds each offer's share of presence, and of slots, over the columns of the last answer.
    pub(crate) fn spread(&self) -> (Vec<f64>, Vec<f64>) {
        let mut presence = vec![0.0; self.offers.all.len()];
        let mut slots = vec![0.0; self.offers.all.len()];
        for column in self.columns.iter().filter(|column| column.value > 1e-9) {
            for (offer, len) in &column.items {
                presence[*offer as usize] += column.value;
                slots[*offer as usize] += column.value * f64::from(*len);
            }
        }
        (presence, slots)
    }
}

/// For each window the rows of the caps and quotas that count what starts there, with the client
/// that they are for. A cap must count the whole window, a quota any part of it: where they count a
/// part only, that is to the plan's favour.
fn limits(model: &Model, first_cap: u32, first_quota: u32) -> Vec<Vec<(u32, Option<u32>)>> {
    let of_window = |window: &crate::model::Window| {
        let mut rows = Vec::new();
        let Some(first) = window.cells.first() else { return rows };
        for cap in &first.caps {
            if window.cells.iter().all(|cell| cell.caps.contains(cap)) {
                rows.push((first_cap + cap, model.caps[*cap as usize].client));
            }
        }
        let mut quotas: Vec<u32> = window.cells.iter().flat_map(|cell| &cell.quotas).copied().collect();
        quotas.sort_unstable();
        quotas.dedup();
        rows.extend(quotas.iter().map(|q| (first_quota + q, Some(model.quotas[*q as usize].client))));
        rows
    };
    model.windows.iter().map(of_window).collect()
}
