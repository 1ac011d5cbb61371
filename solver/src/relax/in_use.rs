//! Which offers the passes of the volume algorithm choose among.
//!
//! Of all offers few are ever in a content that is best at prices anywhere near the right ones, and the number of offers grows with
//! that of tasks times that of windows. So in each pass a part of the windows only chooses among all of their offers, in turn; the others
//! choose among those that they had in a content of late. What such a pass finds is no bound, but what is to be learnt from it is
//! nearly the same.

use super::offers::Offers;

/// One window in so many chooses among all of its offers in each pass: at first, and at the fewest.
const FIRST_TURNS: usize = 4;
const MOST_TURNS: usize = 16;

/// In the first passes all windows do.
const PASSES_AMONG_ALL: u32 = 4;

/// An offer that no content had for so many passes is no longer in use.
const OF_LATE: u32 = 50;

/// What windows choose among from pass to pass.
pub(super) struct InUse {
    /// The offers in use of each window, in order.
    of_window: Vec<Vec<u32>>,
    /// The pass in which a content last had each offer.
    met: Vec<u32>,
    pass: u32,
    /// One window in so many has its turn.
    turns: usize,
}

impl InUse {
    pub(super) fn new(offers: &Offers) -> InUse {
        let of_window = vec![Vec::new(); offers.of_window.len()];
        InUse { of_window, met: vec![0; offers.all.len()], pass: 0, turns: FIRST_TURNS }
    }

    /// The offers that a window chooses among in this pass, where those are not all of them.
    pub(super) fn among(&self, window: usize) -> Option<&[u32]> {
        (!self.has_its_turn(window)).then_some(&self.of_window[window])
    }

    fn has_its_turn(&self, window: usize) -> bool {
        self.pass < PASSES_AMONG_ALL || (window + self.pass as usize).is_multiple_of(self.turns)
    }

    /// A content of a window has some offers.
    pub(super) fn meet(&mut self, window: usize, items: &[(u32, i32)]) {
        let in_use = &mut self.of_window[window];
        for (offer, _) in items {
            self.met[*offer as usize] = self.pass;
            if let Err(place) = in_use.binary_search(offer) {
                in_use.insert(place, *offer);
            }
        }
    }

    /// Turns come half as often where what was found held good among all offers, and twice as often where it did not.
    pub(super) fn trust(&mut self, held_good: bool) {
        self.turns = if held_good { (2 * self.turns).min(MOST_TURNS) } else { (self.turns / 2).max(1) };
    }

    /// Ends a pass: the windows that had their turn forget what they did not have of late.
    pub(super) fn next(&mut self) {
        for window in 0..self.of_window.len() {
            if self.has_its_turn(window) {
                let is_late = |offer: &u32| self.pass - self.met[*offer as usize] < OF_LATE;
                self.of_window[window].retain(is_late);
            }
        }
        self.pass += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Model;
    use crate::testing;

    impl InUse {
        /// Whether the windows choose among all offers in every pass.
        pub(in crate::relax) fn is_about_all(&self) -> bool {
            self.turns == 1
        }
    }

    /// Every window has its turn, and what it had last stays in use until it has not been met for long.
    #[test]
    fn turns_come_and_offers_go() {
        let problem = testing::random_problem(1, 3, 14);
        let offers = Offers::new(&Model::new(&problem));
        let window = offers.of_window.iter().position(|range| range.len() > 1).expect("a window has offers");
        let offer = offers.of_window[window].start as u32;
        let mut in_use = InUse::new(&offers);
        for _ in 0..PASSES_AMONG_ALL {
            assert_eq!(in_use.among(window), None);
            in_use.meet(window, &[(offer, 1)]);
            in_use.next();
        }
        (0..10).for_each(|_| in_use.trust(true));
        assert_eq!(in_use.turns, MOST_TURNS);
        let mut turns = 0;
        for pass in 0..OF_LATE as usize + MOST_TURNS {
            match in_use.among(window) {
                None => turns += 1,
                Some(list) if pass < OF_LATE as usize => assert_eq!(list, [offer], "pass {pass}"),
                Some(_) => {}
            }
            in_use.next();
        }
        assert!(turns >= 50 / MOST_TURNS, "{turns} turns");
        assert_eq!(in_use.of_window[window], [0; 0], "not met of late");
        (0..10).for_each(|_| in_use.trust(false));
        assert_eq!(in_use.among(window), None, "all have their turn when what was found did not hold good");
    }
}
