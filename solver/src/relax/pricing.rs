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
    profits: Vec<(i32, i32, f64)>,
    /// For each offer that may pay, and each number of slots taken, the length chosen.
    lengths: Vec<Vec<u16>>,
    /// For each batch and client: whether it is entered, at each number of slots.
    entered: Vec<Vec<bool>>,
    steps: Vec<Step>,
}

/// What the dynamic program did, in order, for walking back.
#[derive(Clone, Copy)]
enum Step {
    OpenClient { further: usize },
    OpenBatch,
    Offer { offer: u32, lengths: usize },
    CloseBatch { entered: usize },
    CloseClient { entered: usize },
}

const NEVER: f64 = f64::NEG_INFINITY;

impl Pricer {
    /// The content of window `w` that is worth most.
    pub(crate) fn best(&mut self, model: &Model, offers: &Offers, prices: &Prices, w: usize) -> Content {
        let charges = Charges::new(model);
        let width = model.windows[w].len() as usize + charges.all() + 1;
        self.steps.clear();
        let (mut used_lengths, mut used_entered) = (0, 0);
        self.window.clear();
        self.window.resize(width, NEVER);
        let mut open: Option<(u32, u32)> = None;
        for offer in offers.of_window[w].clone() {
            if !self.list_profits(offers, prices, offer, charges.chunk) {
                continue;
            }
            let job = &model.tasks[offers.all[offer].task as usize];
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
            used_lengths = self.take_offer(offer as u32, used_lengths);
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
        Content { worth, slot, items: self.walk_back(offers, charges, width - 1) }
    }

    /// Lists the lengths of an offer with the slots they take and what they bring; false when none
    /// brings anything.
    fn list_profits(&mut self, offers: &Offers, prices: &Prices, o: usize, buffer: usize) -> bool {
        let offer = &offers.all[o];
        let (slot, presence, late) = (prices.slot[o], prices.presence[o], prices.late[o]);
        self.profits.clear();
        let mut any = false;
        for (len, piece) in (offer.shortest..).zip(&offer.pieces) {
            if piece.chunks > 0 {
                let profit = f64::from(len) * slot + presence - piece.cost - late * piece.late;
                any |= profit > 0.0;
                self.profits.push((len, len + piece.chunks * buffer as i32, profit));
            }
        }
        any
    }

    fn take_offer(&mut self, offer: u32, used: usize) -> usize {
        let width = self.batch.len();
        if self.lengths.len() == used {
            self.lengths.push(Vec::new());
        }
        let lengths = &mut self.lengths[used];
        lengths.clear();
        lengths.resize(width, 0);
        self.next.clone_from(&self.batch);
        for (len, taken, profit) in self.profits.iter().filter(|(_, _, profit)| *profit > 0.0) {
            let taken = *taken as usize;
            if taken >= width {
                break;
            }
            let from = &self.batch[..width - taken];
            for ((next, length), before) in self.next[taken..].iter_mut().zip(&mut lengths[taken..]).zip(from)
            {
                let worth = before + profit;
                if worth > *next {
                    *next = worth;
                    *length = *len as u16;
                }
            }
        }
        std::mem::swap(&mut self.batch, &mut self.next);
        self.steps.push(Step::Offer { offer, lengths: used });
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
    fn walk_back(&self, offers: &Offers, charges: Charges, mut at: usize) -> Vec<(u32, i32)> {
        let mut items = Vec::new();
        let (mut in_client, mut in_batch) = (false, false);
        for step in self.steps.iter().rev() {
            match step {
                Step::CloseClient { entered } => in_client = self.entered[*entered][at],
                Step::CloseBatch { entered } => in_batch = in_client && self.entered[*entered][at],
                Step::Offer { offer, lengths } if in_batch => {
                    let len = i32::from(self.lengths[*lengths][at]);
                    if len > 0 {
                        items.push((*offer, len));
                        let piece = offers.all[*offer as usize].piece(len);
                        at -= len as usize + piece.chunks as usize * charges.chunk;
                    }
                }
                Step::Offer { .. } => {}
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
