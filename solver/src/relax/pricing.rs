//! The best content of a window at given prices: a knapsack with two levels of setups, clients and
//! batches (Furini, Monaci and Traversi 2018, doi:10.1287/ijoc.2017.0771), by dynamic programming
//! over the slots of the window.
//!
//! Order inside the window is left out of account: work is grouped by client and batch, which costs
//! the fewest setups and buffers of all orders. So no real content of the window is worth more.

use super::offers::{Offer, Offers, Piece};
use crate::model::Model;

/// What offers of a window are worth at given prices: those that may bring something, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prices {
    pub(crate) offers: Vec<OfferPrice>,
    /// Points for pieces by their length, from the shortest on, of the offers that have such: see [`OfferPrice::lengths`].
    pub(crate) lengths: Vec<f64>,
}

/// What an offer is worth.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OfferPrice {
    pub(crate) offer: u32,
    /// Points per slot of work.
    pub(crate) slot: f64,
    /// Points for any work at all.
    pub(crate) presence: f64,
    /// The share of the lateness that goes with a piece that it still pays; from 0 to 1.
    pub(crate) late: f64,
    /// Where in [`Prices::lengths`] the points stand that depend on the length, where any do.
    pub(crate) lengths: Option<usize>,
    /// The most of these points, at least 0.
    pub(crate) most_points: f64,
}

impl OfferPrice {
    /// What a piece brings, but for the points that depend on its length.
    fn profit(&self, len: i32, piece: &Piece) -> f64 {
        f64::from(len) * self.slot + self.presence - piece.cost - self.late * piece.late
    }

    /// Whether it is sure that no length of an offer brings something.
    pub(crate) fn is_too_low(&self, offer: &Offer) -> bool {
        let least = offer.least_cost + self.late * offer.least_late;
        let presence = self.presence + self.most_points;
        self.slot <= least && f64::from(offer.shortest) * (self.slot - least) + presence <= 0.0
    }
}

impl Prices {
    /// Whether any length of the offer at a place brings something.
    fn pay(&self, offers: &Offers, at: usize) -> bool {
        self.choices(offers, at).next().is_some()
    }

    /// The lengths of the offer at a place that bring something, their pieces and what they bring.
    fn choices<'a>(&'a self, offers: &'a Offers, at: usize) -> impl Iterator<Item = (i32, &'a Piece, f64)> {
        let price = self.offers[at];
        let offer = &offers.all[price.offer as usize];
        let by_length = price.lengths.map_or(&[][..], |first| &self.lengths[first..]);
        let made = offer.pieces.iter().enumerate().filter(|(_, piece)| piece.chunks > 0);
        made.map(move |(k, piece)| {
            let len = offer.shortest + k as i32;
            (len, piece, price.profit(len, piece) + by_length.get(k).copied().unwrap_or(0.0))
        })
        .filter(|(_, _, profit)| *profit > 0.0)
    }

    /// What a piece of the offer at a place brings.
    #[cfg(test)]
    pub(crate) fn profit(&self, offers: &Offers, at: usize, len: i32) -> f64 {
        let price = self.offers[at];
        let offer = &offers.all[price.offer as usize];
        let by_length =
            price.lengths.map_or(0.0, |first| self.lengths[first + (len - offer.shortest) as usize]);
        price.profit(len, offer.piece(len)) + by_length
    }
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
    choices: Vec<Choice>,
    /// For each task that may pay: [`Pricer::batch`] as it was before it.
    levels: Vec<Vec<f64>>,
    /// For each batch and client: whether it is entered, at each number of slots.
    entered: Vec<Vec<bool>>,
    steps: Vec<Step>,
    /// [`Pricer::window`] as it was before a client.
    before: Vec<f64>,
    /// How much of `levels` and `entered` is in use.
    used: (usize, usize),
}

/// How many choices between offers in conflict are tried for a client.
const MOST_VARIANTS: usize = 12;

/// The ways to have no two of a client's offers in conflict: for each the offers that it does without.
fn variants(offers: &Offers, paying: &[u32]) -> Vec<Vec<u32>> {
    let mut open: Vec<Vec<u32>> = vec![Vec::new()];
    let mut found = Vec::new();
    while let Some(without) = open.pop() {
        let stays = |o: &u32| paying.contains(o) && !without.contains(o);
        let clashes = |o: u32| offers.all[o as usize].conflicts.iter().copied().filter(stays);
        let most = paying.iter().copied().filter(stays).map(|o| (clashes(o).count(), o)).max();
        match most.filter(|(count, _)| *count > 0 && found.len() + open.len() + 1 < MOST_VARIANTS) {
            Some((_, o)) => {
                let others = without.iter().copied().chain(clashes(o)).collect();
                open.push(others);
                open.push([without, vec![o]].concat());
            }
            None => found.push(without),
        }
    }
    found
}

/// What the dynamic program did, in order, for walking back.
#[derive(Clone, Copy)]
enum Step {
    OpenClient { further: usize, first_step: usize },
    OpenBatch,
    Task { choices: (usize, usize), level: usize },
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
    /// The content of window `w` that is worth most, of those that hold no two offers of one client in conflict: of
    /// a client that is found to hold such, each choice between them is tried. Where there are very many, or between
    /// clients, one in conflict may be answered, and is worth more.
    pub(crate) fn best(&mut self, model: &Model, offers: &Offers, prices: &Prices, w: usize) -> Content {
        let mut careful: Vec<u32> = Vec::new();
        loop {
            let content = self.solve(model, offers, prices, w, &careful);
            let client = |o: u32| model.tasks[offers.all[o as usize].task as usize].client;
            let known = careful.len();
            for (o, _) in &content.items {
                let conflicts = &offers.all[*o as usize].conflicts;
                let clash =
                    |(other, _): &(u32, i32)| conflicts.contains(other) && client(*other) == client(*o);
                if !careful.contains(&client(*o)) && content.items.iter().any(clash) {
                    careful.push(client(*o));
                }
            }
            if careful.len() == known {
                return content;
            }
        }
    }

    /// The content that is worth most, with no conflicts of some clients only.
    fn solve(
        &mut self,
        model: &Model,
        offers: &Offers,
        prices: &Prices,
        w: usize,
        careful: &[u32],
    ) -> Content {
        let charges = Charges::new(model);
        let width = model.windows[w].len() as usize + charges.all() + 1;
        self.steps.clear();
        self.choices.clear();
        self.used = (0, 0);
        self.window.clear();
        self.window.resize(width, NEVER);
        let task = |price: &OfferPrice| &model.tasks[offers.all[price.offer as usize].task as usize];
        let mut next = 0;
        for of_client in prices.offers.chunk_by(|a, b| task(a).client == task(b).client) {
            let places = next..next + of_client.len();
            next = places.end;
            let variants = match careful.contains(&task(&of_client[0]).client) {
                true => {
                    let paying = places.clone().filter(|at| prices.pay(offers, *at));
                    let paying: Vec<u32> = paying.map(|at| prices.offers[at].offer).collect();
                    variants(offers, &paying)
                }
                false => vec![Vec::new()],
            };
            self.before.clone_from(&self.window);
            let first_step = self.steps.len();
            for without in variants {
                self.take_client(model, offers, prices, (places.clone(), &without), charges, first_step);
            }
        }
        let worth = self.window[width - 1];
        if worth <= 1e-9 {
            return Content::default();
        }
        let less = (model.windows[w].len() as usize).min(6);
        let slot = (worth - self.window[width - 1 - less].max(0.0)) / less as f64;
        Content { worth, slot, items: self.walk_back(charges, width - 1) }
    }

    /// Takes the best of a client's offers, or none, at each number of slots.
    fn take_client(
        &mut self,
        model: &Model,
        offers: &Offers,
        prices: &Prices,
        (places, without): (std::ops::Range<usize>, &[u32]),
        charges: Charges,
        first_step: usize,
    ) {
        let mut open: Option<u32> = None;
        let mut next = places.start;
        let task_at = |at: usize| offers.all[prices.offers[at].offer as usize].task;
        while next < places.end {
            let first = self.choices.len();
            let task = task_at(next);
            while next < places.end && task_at(next) == task {
                if !without.contains(&prices.offers[next].offer) {
                    self.list_choices(offers, prices, next, charges.chunk);
                }
                next += 1;
            }
            if self.choices.len() == first {
                continue;
            }
            let kind = model.tasks[task as usize].kind;
            if open != Some(kind) {
                match open {
                    Some(_) => self.close_batch(),
                    None => self.open_client(charges, first_step),
                }
                shift(&self.client, charges.batch, -charges.block, &mut self.batch);
                self.steps.push(Step::OpenBatch);
                open = Some(kind);
            }
            self.take_task(first);
        }
        if open.is_some() {
            self.close_batch();
            self.close_client();
        }
    }

    /// Lists the lengths of the offer at a place that bring something.
    fn list_choices(&mut self, offers: &Offers, prices: &Prices, at: usize, buffer: usize) {
        let offer = prices.offers[at].offer;
        for (len, piece, profit) in prices.choices(offers, at) {
            let slots = len + piece.chunks * buffer as i32;
            self.choices.push(Choice { offer, len, slots, profit });
        }
    }

    /// Takes the best of a task's choices, those from `first` on, or none, at each number of slots.
    fn take_task(&mut self, first: usize) {
        let level = self.used.0;
        if self.levels.len() == level {
            self.levels.push(Vec::new());
        }
        let before = &mut self.levels[level];
        before.clone_from(&self.batch);
        for choice in &self.choices[first..] {
            let Some(after) = self.batch.get_mut(choice.slots as usize..) else { continue };
            for (after, before) in after.iter_mut().zip(before.iter()) {
                let worth = before + choice.profit;
                *after = if worth > *after { worth } else { *after };
            }
        }
        self.steps.push(Step::Task { choices: (first, self.choices.len()), level });
        self.used.0 += 1;
    }

    /// The choice that [`Pricer::take_task`] made with so many slots taken.
    fn choice_at(&self, (first, end): (usize, usize), level: usize, at: usize) -> Option<Choice> {
        let before = &self.levels[level];
        let (mut best, mut made) = (before[at], None);
        for choice in &self.choices[first..end] {
            let Some(from) = at.checked_sub(choice.slots as usize) else { continue };
            let worth = before[from] + choice.profit;
            if worth > best {
                (best, made) = (worth, Some(*choice));
            }
        }
        made
    }

    /// Enters a client: the first of the window for free, a further one at the price of a switch.
    fn open_client(&mut self, charges: Charges, first_step: usize) {
        let used = self.used.1;
        shift(&self.before, charges.client, -charges.switch, &mut self.client);
        if self.entered.len() == used {
            self.entered.push(Vec::new());
        }
        let further = &mut self.entered[used];
        further.clear();
        further.extend(self.client.iter().map(|worth| *worth > 0.0));
        for worth in self.client.iter_mut().skip(charges.client) {
            *worth = worth.max(0.0);
        }
        self.steps.push(Step::OpenClient { further: used, first_step });
        self.used.1 += 1;
    }

    fn close_batch(&mut self) {
        let entered = self.used.1;
        self.used.1 = merge(&self.batch, &mut self.client, &mut self.entered, entered);
        self.steps.push(Step::CloseBatch { entered });
    }

    fn close_client(&mut self) {
        let entered = self.used.1;
        self.used.1 = merge(&self.client, &mut self.window, &mut self.entered, entered);
        self.steps.push(Step::CloseClient { entered });
    }

    /// The items of the best content, from the last decision to the first.
    fn walk_back(&self, charges: Charges, mut at: usize) -> Vec<(u32, i32)> {
        let mut items = Vec::new();
        let (mut in_client, mut in_batch) = (false, false);
        let mut steps = self.steps.len();
        while let Some(step) = steps.checked_sub(1).map(|last| self.steps[last]) {
            steps -= 1;
            match step {
                Step::CloseClient { entered } => in_client = self.entered[entered][at],
                Step::CloseBatch { entered } => in_batch = in_client && self.entered[entered][at],
                Step::Task { choices, level } if in_batch => {
                    if let Some(choice) = self.choice_at(choices, level, at) {
                        items.push((choice.offer, choice.len));
                        at -= choice.slots as usize;
                    }
                }
                Step::Task { .. } => {}
                Step::OpenBatch => {
                    at -= if in_batch { charges.batch } else { 0 };
                    in_batch = false;
                }
                Step::OpenClient { further, first_step } if in_client => {
                    if !self.entered[further][at] {
                        break;
                    }
                    at -= charges.client;
                    in_client = false;
                    // It went on from before all the choices that were tried for this client.
                    steps = first_step;
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

#[cfg(test)]
mod tests;
