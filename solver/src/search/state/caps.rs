//! Caps in a plan: kept, or exceeded at a price while searching.

use super::{Plan, cell_at};

impl Plan<'_> {
    pub(super) fn over_cap(&self, w: usize, start: i32) -> bool {
        let over = |cap: &u32| self.cap_prices[*cap as usize].is_infinite() && self.beyond(*cap) > 0;
        cell_at(self.model, w, start).is_some_and(|cell| cell.caps.iter().any(over))
    }

    /// Counts slots more, or fewer, under a cap.
    pub(super) fn count_cap(&mut self, cap: u32, slots: i32) {
        let before = self.beyond(cap);
        self.journal.caps.push((cap, self.cap_used[cap as usize]));
        self.cap_used[cap as usize] += slots;
        let now = self.beyond(cap);
        self.exceeded = self.exceeded + usize::from(now > 0) - usize::from(before > 0);
        if now != before && self.cap_prices[cap as usize].is_finite() {
            self.overtime += f64::from(now - before) * self.cap_prices[cap as usize];
        }
    }

    /// The slots by which a cap is exceeded.
    pub(crate) fn beyond(&self, cap: u32) -> i32 {
        (self.cap_used[cap as usize] - self.model.caps[cap as usize].max).max(0)
    }

    /// Lets every cap be exceeded at a price in points per slot, until it is made to hold again by an
    /// infinite one. Changes the cost.
    pub(crate) fn price_caps(&mut self, price: impl Fn(usize) -> f64) {
        self.overtime = 0.0;
        for cap in 0..self.cap_prices.len() {
            self.cap_prices[cap] = price(cap);
            let beyond = self.beyond(cap as u32);
            if beyond > 0 {
                self.overtime += f64::from(beyond) * self.cap_prices[cap];
            }
        }
        self.save();
    }

    /// Whether every cap holds.
    pub(crate) fn keeps_caps(&self) -> bool {
        self.exceeded == 0
    }

    /// The most slots that the caps still allow a client's chunk that starts in a cell.
    pub(crate) fn cap_room(&self, caps: &[u32], client: u32) -> i32 {
        let room = |c: &u32| self.model.caps[*c as usize].max - self.cap_used[*c as usize];
        self.caps_on(caps, client).map(room).min().unwrap_or(i32::MAX)
    }

    /// What `len` more slots of a client's work cost in caps that are then exceeded; none where a cap must hold.
    pub(crate) fn cap_charge(&self, caps: &[u32], client: u32, len: i32) -> Option<f64> {
        let mut points = 0.0;
        for cap in self.caps_on(caps, client).map(|c| *c as usize) {
            let room = self.model.caps[cap].max - self.cap_used[cap];
            if len > room {
                points += f64::from(len - room.max(0)) * self.cap_prices[cap];
            }
        }
        points.is_finite().then_some(points)
    }

    fn caps_on<'c>(&self, caps: &'c [u32], client: u32) -> impl Iterator<Item = &'c u32> {
        let caps_of = &self.model.caps;
        caps.iter().filter(move |c| caps_of[**c as usize].client.is_none_or(|o| o == client))
    }
}
