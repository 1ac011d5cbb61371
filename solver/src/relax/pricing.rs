//! The best content of a window at given prices: a knapsack with two levels of setups, clients and
//! batches (Furini, Monaci and Traversi 2018, doi:10.1287/ijoc.2017.0771), by dynamic programming
//! over the slots of the window.
//!
//! Order inside the window is left out of account: work is grouped by client and batch, which costs
//! the fewest setups and buffers of all orders. So no real content of the window is worth more.

use super::offers::Offers;
use crate::model::Model;

/// What a column is worth at given prices, offer by offer.
#[derive(Clone, Debug)]
pub(crate) struct Prices {
    /// Points per slot of work.
    pub(crate) slot: Vec<f64>,
    /// Points for any work at all.
    pub(crate) presence: Vec<f64>,
    /// The share of the lateness that goes with a piece that it still pays; from 0 to 1.
    pub(crate) late: Vec<f64>,
}

/// The content of a window: offers and slots of work; and what it is worth beyond its cost.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Content {
    /// Prices less cost; 0 for nothing at all.
    pub(crate) worth: f64,
    /// What one slot more or less in the window is worth.
    pub(crate) slot: f64,
    pub(crate) items: Vec<(u32, i32)>,
}

/// Buffers and setup points, as the dynamic program charges them: each client, batch and chunk its
/// own part, so that one of each adds up to the buffer between clients.
#[derive(Clone, Copy, Debug)]
struct Charges {
    client: usize,
    batch: usize,
    chunk: usize,
    block: f64,
    switch: f64,
}

impl Charges {
    /// Where buffers do not grow from batch to client, the smaller ones count for all.
    fn new(model: &Model) -> Charges {
        let setup = &model.setup;
        let other = setup.other_client;
        let same_client = setup.same_client.min(other);
        let same_batch = setup.same_batch.min(same_client);
        Charges {
            client: (other - same_client) as usize,
            batch: (same_client - same_batch) as usize,
            chunk: same_batch as usize,
            block: setup.block,
            switch: setup.switch,
        }
    }

    fn all(&self) -> usize {
        self.client + self.batch + self.chunk
    }
}

/// Working memory for pricing windows, kept between calls.
#[derive(Default)]
pub(crate) struct Pricer {
    /// The best worth with at most so many slots taken, at each level.
    window: Vec<f64>,
    client: Vec<f64>,
    batch: Vec<f64>,
    next: Vec<f64>,
    choices: Vec<Choice>,
    /// For each task that may pay, and each number of slots taken, the choice made, counted from 1.
    chosen: Vec<Vec<u16>>,
    /// For each batch and client: whether it is entered, at each number of slots.
    entered: Vec<Vec<bool>>,
    steps: Vec<Step>,
    /// For each offer of the window, how many branches leave it out.
    banned: Vec<u32>,
    /// How many more branches there may be.
    branches: usize,
}

/// How many times conflicts in a window are branched on.
const MOST_BRANCHES: usize = 60;

/// What the dynamic program did, in order, for walking back.
#[derive(Clone, Copy)]
enum Step {
    OpenClient { further: usize },
    OpenBatch,
    Task { choices: usize, chosen: usize },
    CloseBatch { entered: usize },
    CloseClient { entered: usize },
}

/// So much of an offer, the slots that takes with its buffers, and what it brings.
#[derive(Clone, Copy)]
struct Choice {
    offer: u32,
    len: i32,
    slots: i32,
    profit: f64,
}

const NEVER: f64 = f64::NEG_INFINITY;

impl Pricer {
    /// The content of window `w` that is worth most, of those that hold no two offers in conflict: by branching on
    /// one of them at a time. After many branches one that holds such may be answered, and is worth more.
    pub(crate) fn best(&mut self, model: &Model, offers: &Offers, prices: &Prices, w: usize) -> Content {
        self.banned.clear();
        self.banned.resize(offers.of_window[w].len(), 0);
        self.branches = MOST_BRANCHES;
        let mut best = Content::default();
        self.branch(model, offers, prices, w, &mut best);
        best
    }

    fn branch(&mut self, model: &Model, offers: &Offers, prices: &Prices, w: usize, best: &mut Content) {
        let content = self.relaxed(model, offers, prices, w);
        if content.worth <= best.worth {
            return;
        }
        let conflicts = |o: u32| &offers.all[o as usize].conflicts;
        let held = |o: u32| content.items.iter().filter(|(other, _)| conflicts(o).contains(other)).count();
        let most = content.items.iter().map(|(o, _)| (held(*o), *o)).max();
        let Some((_, o)) = most.filter(|(count, _)| *count > 0 && self.branches > 0) else {
            *best = content;
            return;
        };
        self.branches -= 1;
        let first = offers.of_window[w].start;
        self.banned[o as usize - first] += 1;
        self.branch(model, offers, prices, w, best);
        self.banned[o as usize - first] -= 1;
        conflicts(o).iter().for_each(|other| self.banned[*other as usize - first] += 1);
        self.branch(model, offers, prices, w, best);
        conflicts(o).iter().for_each(|other| self.banned[*other as usize - first] -= 1);
    }

    /// The content that is worth most when conflicts are left out of account, without what is banned.
    fn relaxed(&mut self, model: &Model, offers: &Offers, prices: &Prices, w: usize) -> Content {
        let charges = Charges::new(model);
        let width = model.windows[w].len() as usize + charges.all() + 1;
        self.steps.clear();
        self.choices.clear();
        let (mut used_chosen, mut used_entered) = (0, 0);
        self.window.clear();
        self.window.resize(width, NEVER);
        let mut open: Option<(u32, u32)> = None;
        let mut next = offers.of_window[w].start;
        while next < offers.of_window[w].end {
            let first = self.choices.len();
            let task = offers.all[next].task;
            loop {
                if self.banned[next - offers.of_window[w].start] == 0 {
                    self.list_choices(offers, prices, next, charges.chunk);
                }
                next += 1;
                if next == offers.of_window[w].end || !offers.all[next].instead {
                    break;
                }
            }
            if self.choices.len() == first {
                continue;
            }
            let job = &model.tasks[task as usize];
            let here = (job.client, job.kind);
            if open != Some(here) {
                if let Some((client, _)) = open {
                    used_entered = self.close_batch(used_entered);
                    if client != job.client {
                        used_entered = self.close_client(used_entered);
                    }
                }
                if open.is_none_or(|(client, _)| client != job.client) {
                    used_entered = self.open_client(charges, used_entered);
                }
                shift(&self.client, charges.batch, -charges.block, &mut self.batch);
                self.steps.push(Step::OpenBatch);
                open = Some(here);
            }
            used_chosen = self.take_task(first, used_chosen);
        }
        if open.is_none() {
            return Content::default();
        }
        used_entered = self.close_batch(used_entered);
        self.close_client(used_entered);
        let worth = self.window[width - 1];
        if worth <= 1e-9 {
            return Content::default();
        }
        let less = (model.windows[w].len() as usize).min(6);
        let slot = (worth - self.window[width - 1 - less].max(0.0)) / less as f64;
        Content { worth, slot, items: self.walk_back(charges, width - 1) }
    }

    /// Lists the lengths of an offer that bring something.
    fn list_choices(&mut self, offers: &Offers, prices: &Prices, o: usize, buffer: usize) {
        let offer = &offers.all[o];
        let (slot, presence, late) = (prices.slot[o], prices.presence[o], prices.late[o]);
        for (len, piece) in (offer.shortest..).zip(&offer.pieces).filter(|(_, piece)| piece.chunks > 0) {
            let profit = f64::from(len) * slot + presence - piece.cost - late * piece.late;
            if profit > 0.0 {
                let slots = len + piece.chunks * buffer as i32;
                self.choices.push(Choice { offer: o as u32, len, slots, profit });
            }
        }
    }

    /// Takes the best of a task's choices, those from `first` on, or none, at each number of slots.
    fn take_task(&mut self, first: usize, used: usize) -> usize {
        let width = self.batch.len();
        if self.chosen.len() == used {
            self.chosen.push(Vec::new());
        }
        let chosen = &mut self.chosen[used];
        chosen.clear();
        chosen.resize(width, 0);
        self.next.clone_from(&self.batch);
        for (number, choice) in (1..).zip(&self.choices[first..]) {
            let taken = choice.slots as usize;
            if taken >= width {
                continue;
            }
            let from = &self.batch[..width - taken];
            for ((next, chosen), before) in self.next[taken..].iter_mut().zip(&mut chosen[taken..]).zip(from)
            {
                let worth = before + choice.profit;
                if worth > *next {
                    *next = worth;
                    *chosen = number;
                }
            }
        }
        std::mem::swap(&mut self.batch, &mut self.next);
        self.steps.push(Step::Task { choices: first, chosen: used });
        used + 1
    }

    /// Enters a client: the first of the window for free, a further one at the price of a switch.
    fn open_client(&mut self, charges: Charges, used: usize) -> usize {
        shift(&self.window, charges.client, -charges.switch, &mut self.client);
        if self.entered.len() == used {
            self.entered.push(Vec::new());
        }
        let further = &mut self.entered[used];
        further.clear();
        further.extend(self.client.iter().map(|worth| *worth > 0.0));
        for worth in self.client.iter_mut().skip(charges.client) {
            *worth = worth.max(0.0);
        }
        self.steps.push(Step::OpenClient { further: used });
        used + 1
    }

    fn close_batch(&mut self, used: usize) -> usize {
        let entered = merge(&self.batch, &mut self.client, &mut self.entered, used);
        self.steps.push(Step::CloseBatch { entered: used });
        entered
    }

    fn close_client(&mut self, used: usize) -> usize {
        let entered = merge(&self.client, &mut self.window, &mut self.entered, used);
        self.steps.push(Step::CloseClient { entered: used });
        entered
    }

    /// The items of the best content, from the last decision to the first.
    fn walk_back(&self, charges: Charges, mut at: usize) -> Vec<(u32, i32)> {
        let mut items = Vec::new();
        let (mut in_client, mut in_batch) = (false, false);
        for step in self.steps.iter().rev() {
            match step {
                Step::CloseClient { entered } => in_client = self.entered[*entered][at],
                Step::CloseBatch { entered } => in_batch = in_client && self.entered[*entered][at],
                Step::Task { choices, chosen } if in_batch => {
                    if let Some(number) = self.chosen[*chosen][at].checked_sub(1) {
                        let choice = self.choices[choices + usize::from(number)];
                        items.push((choice.offer, choice.len));
                        at -= choice.slots as usize;
                    }
                }
                Step::Task { .. } => {}
                Step::OpenBatch => {
                    at -= if in_batch { charges.batch } else { 0 };
                    in_batch = false;
                }
                Step::OpenClient { further } if in_client => {
                    if !self.entered[*further][at] {
                        break;
                    }
                    at -= charges.client;
                    in_client = false;
                }
                Step::OpenClient { .. } => {}
            }
        }
        items
    }
}

/// `to[t] = from[t - slots] + points`.
fn shift(from: &[f64], slots: usize, points: f64, to: &mut Vec<f64>) {
    to.clear();
    to.resize(from.len(), NEVER);
    for (to, from) in to[slots.min(from.len())..].iter_mut().zip(from) {
        *to = from + points;
    }
}

/// Keeps the better of two levels, and where it was the inner one.
fn merge(inner: &[f64], outer: &mut [f64], entered: &mut Vec<Vec<bool>>, used: usize) -> usize {
    if entered.len() == used {
        entered.push(Vec::new());
    }
    let flags = &mut entered[used];
    flags.clear();
    flags.extend(inner.iter().zip(outer.iter()).map(|(i, o)| i > o));
    for (outer, inner) in outer.iter_mut().zip(inner) {
        *outer = outer.max(*inner);
    }
    used + 1
}
