//! When to give up for a while: what has failed some times in a row is not tried on every event.

/// Misses in a row after which there is a pause: half of them may be events that come again and then fit, for only what
/// has been seen twice is learnt.
const PATIENCE: u32 = 16;
/// Misses between a pause and the next.
const PATIENCE_AFTER_PAUSE: u32 = 6;
const SHORTEST_PAUSE: u32 = 32;
const LONGEST_PAUSE: u32 = 1024;

/// How often something has failed, and how long not to try it.
#[derive(Debug)]
pub(crate) struct Patience {
    /// In a row, or nearly.
    misses: u32,
    /// How many more events to let pass.
    pause: u32,
    next_pause: u32,
}

impl Patience {
    pub(crate) fn new() -> Self {
        Self { misses: 0, pause: 0, next_pause: SHORTEST_PAUSE }
    }

    #[inline]
    pub(crate) fn is_pausing(&self) -> bool {
        self.pause > 0
    }

    /// An event has passed in a pause.
    pub(crate) fn wait(&mut self) {
        self.pause -= 1;
    }

    pub(crate) fn miss(&mut self) {
        self.misses += 1;
        if self.misses > PATIENCE {
            self.pause = self.next_pause;
            self.next_pause = (self.next_pause * 2).min(LONGEST_PAUSE);
            self.misses = PATIENCE + 1 - PATIENCE_AFTER_PAUSE;
        }
    }

    /// A success makes up for so many misses.
    #[inline]
    pub(crate) fn forgive(&mut self, misses: u32) {
        self.misses = self.misses.saturating_sub(misses);
        if self.misses == 0 {
            self.next_pause = SHORTEST_PAUSE;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Miss until there is a pause, and wait until it is over: how many misses it took, and how long it was.
    fn give_up(patience: &mut Patience) -> (u32, u32) {
        let (mut misses, mut pause) = (0, 0);
        while !patience.is_pausing() {
            patience.miss();
            misses += 1;
        }
        while patience.is_pausing() {
            patience.wait();
            pause += 1;
        }
        (misses, pause)
    }

    #[test]
    fn pauses_grow_until_something_succeeds() {
        let mut patience = Patience::new();
        for _ in 0..2 {
            let gave_up: Vec<_> = (0..7).map(|_| give_up(&mut patience)).collect();
            assert_eq!(gave_up, [(17, 32), (6, 64), (6, 128), (6, 256), (6, 512), (6, 1024), (6, 1024)]);
            patience.forgive(u32::MAX);
        }
    }

    #[test]
    fn one_success_may_make_up_for_one_miss_only() {
        let mut patience = Patience::new();
        give_up(&mut patience);
        patience.forgive(1);
        assert_eq!(give_up(&mut patience), (7, 64));
    }
}
