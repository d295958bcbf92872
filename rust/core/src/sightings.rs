//! Which events were seen before, roughly: only what comes again is worth learning.

use crate::json::{Kind, Tape};

/// Some hundred shapes are remembered, of which few share a place.
const PLACES: usize = 128;

/// Nodes of an event that are looked at. Nearly all recorded ones have fewer.
const MOST_NODES: usize = 100;

/// The outlines of events that were parsed in full.
#[derive(Debug, Default)]
pub(crate) struct Sightings {
    /// The last four of those that belong in a place, the newest first. None before there is one.
    places: Vec<[u16; 4]>,
}

impl Sightings {
    /// Remember an event. True: one with its outline was there before.
    pub(crate) fn note(&mut self, tape: &Tape) -> bool {
        if self.places.is_empty() {
            self.places = vec![[0; 4]; PLACES];
        }
        let outline = outline(tape);
        let place = &mut self.places[outline as usize % PLACES];
        let rest = (outline >> 16) as u16;
        let known = place.contains(&rest);
        if !known {
            place.rotate_right(1);
            place[0] = rest;
        }
        known
    }
}

/// A number that events have in common whose keys have the same lengths and whose values are of the same kinds, in the
/// same order. Others may have it too: they are learnt once too often.
fn outline(tape: &Tape) -> u32 {
    let nodes = tape.nodes();
    let mut sum = nodes.len() as u32;
    for (index, node) in (1u32..).zip(&nodes[..nodes.len().min(MOST_NODES)]) {
        let length = if node.kind == Kind::Key { node.end - node.start } else { 0 };
        let traits = length.wrapping_mul(16) + node.kind as u32;
        // A sum and no chain: no product waits for the one before.
        sum = sum.wrapping_add(traits.wrapping_mul(index.wrapping_mul(0x9E37_79B1)));
    }
    sum ^ sum >> 16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;

    #[test]
    fn an_event_is_known_when_one_like_it_was_there() {
        let mut sightings = Sightings::default();
        let mut note = |payload: &str| {
            let mut tape = Tape::default();
            parse(payload.as_bytes(), &mut tape).unwrap();
            sightings.note(&tape)
        };
        assert!(!note(r#"{"id":"one","n":1,"t":["a"]}"#));
        assert!(note(r#"{"id":"two","n":22,"t":["b"]}"#));
        for other in [
            r#"{"n":1,"id":"one","t":["a"]}"#,
            r#"{"id":"one","n":1.5,"t":["a"]}"#,
            r#"{"id":"one","n":1,"t":["a","b"]}"#,
            r#"{"id":"one","n":1,"text":["a"]}"#,
        ] {
            assert!(!note(other), "{other}");
            assert!(note(other), "{other}");
        }
    }

    #[test]
    fn what_many_others_followed_is_forgotten() {
        let mut sightings = Sightings::default();
        let tapes: Vec<Tape> = (1..5_000)
            .map(|length| {
                let mut tape = Tape::default();
                parse(format!(r#"{{"{}":1}}"#, "k".repeat(length)).as_bytes(), &mut tape).unwrap();
                tape
            })
            .collect();
        let known = tapes.iter().filter(|tape| sightings.note(tape)).count();
        assert!(known < 50, "{known} were taken for others");
        let first = tapes.iter().take(500).filter(|tape| sightings.note(tape)).count();
        assert!(first < 50, "{first} of the first are remembered");
    }
}
