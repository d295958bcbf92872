//! Something by which a payload is known: of which dialect it is, or that it is the last of its stream.

use crate::json::{Kind, Tape, key_bit};
use crate::schema::Literal;

/// One step into a payload.
#[derive(Clone, Debug)]
pub enum Step {
    /// A member of an object.
    Key(Vec<u8>),
    /// An item of an array.
    Index(usize),
}

/// Something by which a payload is known. With neither `equals` nor `prefix` it is enough that the path leads
/// somewhere.
#[derive(Clone, Debug)]
pub struct Sign {
    path: Vec<Step>,
    equals: Option<Vec<Literal>>,
    prefix: Option<Vec<u8>>,
    also: Option<Vec<u8>>,
    /// What [`Tape::may_have_all`] is asked for: all keys that must be there, and the first of the path.
    keys: u64,
    first: u64,
}

impl Sign {
    /// A sign at the end of `path`: a value that `equals` one of these, or a string with this `prefix`. `also` is a key
    /// that the payload has besides.
    pub fn new(path: Vec<Step>, equals: Option<Vec<Literal>>, prefix: Option<Vec<u8>>, also: Option<Vec<u8>>) -> Self {
        let bit = |step: &Step| match step {
            Step::Key(key) => key_bit(key),
            Step::Index(_) => 0,
        };
        let keys = path.iter().map(bit).chain(also.as_deref().map(key_bit)).fold(0, |keys, bit| keys | bit);
        let first = path.first().map_or(0, bit);
        Self { path, equals, prefix, also, keys, first }
    }

    /// The value that decides. None: there is no such value, or it is enough that it is there.
    pub(crate) fn deciding(&self, payload: &[u8], tape: &Tape) -> Option<usize> {
        if self.equals.is_none() && self.prefix.is_none() { None } else { self.node(payload, tape) }
    }

    fn node(&self, payload: &[u8], tape: &Tape) -> Option<usize> {
        let mut node = 0;
        for step in &self.path {
            node = match step {
                Step::Key(key) => tape.member(payload, node, key)?,
                Step::Index(index) if tape.nodes()[node].kind == Kind::Array => tape.children(node).nth(*index)?,
                Step::Index(_) => return None,
            };
        }
        Some(node)
    }

    fn holds(&self, payload: &[u8], tape: &Tape) -> bool {
        let Some(node) = self.node(payload, tape).map(|node| &tape.nodes()[node]) else { return false };
        if self.also.as_ref().is_some_and(|key| tape.member(payload, 0, key).is_none()) {
            return false;
        }
        match (&self.equals, &self.prefix) {
            (None, None) => true,
            (Some(equals), _) => equals.iter().any(|literal| literal.is(node, payload)),
            (None, Some(prefix)) => node.kind == Kind::Str && node.text(payload).starts_with(prefix),
        }
    }
}

/// The number of the first of these signs that a payload shows.
pub(crate) fn first<'a>(signs: impl Iterator<Item = &'a Sign>, payload: &[u8], tape: &Tape) -> Option<usize> {
    let mut looked = 0;
    let mut outer = u64::MAX;
    let mut may_hold = signs.enumerate().filter(|(_, sign)| tape.may_have_all(sign.keys));
    let found = may_hold.find(|(_, sign)| {
        looked += 1;
        if looked == LOOKS {
            // So many keys that anything may be among them: those of inner objects say nothing.
            outer = tape.outer_keys(payload);
        }
        outer & sign.first == sign.first && sign.holds(payload, tape)
    });
    found.map(|(number, _)| number)
}

/// Signs that are looked for before it pays to go through all keys once.
const LOOKS: u32 = 4;
