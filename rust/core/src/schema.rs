//! What a consumer declared: which keys an object of a class has, and what their values look like.
//!
//! A schema is data. It answers four questions about a payload on a tape: which class is this object (`resolve`), which
//! field is this key (`Class::find`), does it keep the declaration (`check`), and which values decide about the
//! structure and so must never be predicted (`pinned`).

use crate::json::{self, Kind, Node, Tape, scan};
use crate::sign::{self, Sign};
use std::collections::HashMap;

/// Index of a class in [`Schema::classes`].
pub type ClassId = usize;
/// Index of a shape in [`Schema::shapes`].
pub type ShapeId = usize;

/// The JSON kinds a strict decoder accepts, as bits of [`Shape::kinds`]; the same values as `Kind` in `shape.py`.
pub mod kinds {
    /// `null`
    pub const NULL: u8 = 1;
    /// `true`, `false`
    pub const BOOL: u8 = 2;
    /// A number without fraction and exponent.
    pub const INT: u8 = 4;
    /// Any other number.
    pub const FLOAT: u8 = 8;
    /// A string.
    pub const STR: u8 = 16;
    /// An array.
    pub const ARRAY: u8 = 32;
    /// An object.
    pub const OBJECT: u8 = 64;
}

/// A scalar that a `Literal` annotation names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// `None`
    Null,
    /// `True` or `False`
    Bool(bool),
    /// An integer, in decimal.
    Int(String),
    /// A string.
    Str(String),
}

impl Literal {
    fn has_kind_of(&self, node: &Node) -> bool {
        match self {
            Self::Null => node.kind == Kind::Null,
            Self::Bool(_) => matches!(node.kind, Kind::True | Kind::False),
            Self::Int(_) => node.kind == Kind::Int,
            Self::Str(_) => node.kind == Kind::Str,
        }
    }

    /// Whether a value of a payload is this one.
    pub(crate) fn is(&self, node: &Node, payload: &[u8]) -> bool {
        self.has_kind_of(node)
            && match self {
                Self::Null => true,
                Self::Bool(value) => *value == (node.kind == Kind::True),
                Self::Int(value) => match node.bytes(payload) {
                    b"-0" => value == "0",
                    text => text == value.as_bytes(),
                },
                Self::Str(value) => node.spells(payload, value.as_bytes()),
            }
    }
}

/// How the class of an object is told from its own content.
#[derive(Clone, Debug)]
pub struct Tags {
    /// The key whose string value chooses.
    pub key: Vec<u8>,
    /// The class by value.
    pub classes: Vec<(Vec<u8>, ClassId)>,
    /// The class of objects with any other value, or none.
    pub other: Option<ClassId>,
}

/// What a JSON value may look like.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// Kinds accepted in strict mode.
    pub kinds: u8,
    /// In strict mode, scalars of these kinds must be one of these.
    pub literals: Option<Vec<Literal>>,
    /// The classes an object may become; none: it stays a plain object.
    pub classes: Vec<ClassId>,
    /// With several classes: what chooses among them.
    pub tags: Option<Tags>,
    /// The shape of an array's items; none: it stays a plain array.
    pub items: Option<ShapeId>,
    /// The shape of a plain object's values; none: any.
    pub values: Option<ShapeId>,
    /// What strict errors say was expected.
    pub expected: String,
}

/// One declared field.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its key.
    pub wire: Vec<u8>,
    /// Its value.
    pub shape: ShapeId,
    /// Strict mode wants it to be there.
    pub required: bool,
}

/// One event class.
#[derive(Clone, Debug)]
pub struct Class {
    fields: Vec<Field>,
    /// By [`json::key_number`]: the first field whose key has that number, or [`NO_FIELD`].
    first: Vec<u8>,
}

/// No field has such a key: the search begins behind the last one. (`declare.py` refuses classes of more than 128
/// fields.)
const NO_FIELD: u8 = u8::MAX;

impl Class {
    /// A class of fields in order of declaration.
    pub fn new(fields: Vec<Field>) -> Self {
        let mut first = vec![NO_FIELD; json::KEY_NUMBERS];
        for (index, field) in fields.iter().enumerate().take(usize::from(NO_FIELD)).rev() {
            first[json::key_number(&field.wire)] = index as u8;
        }
        Self { fields, first }
    }

    /// In order of declaration.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The field with this key. `hint` is where to look first: behind the field found last, as servers keep their
    /// order.
    #[inline]
    pub fn find(&self, key: &[u8], hint: usize) -> Option<usize> {
        if self.fields.get(hint).is_some_and(|field| scan::same(&field.wire, key)) {
            return Some(hint);
        }
        let first = usize::from(*self.first.get(json::key_number(key))?);
        let may_be = self.fields.get(first..)?;
        may_be.iter().position(|field| scan::same(&field.wire, key)).map(|field| first + field)
    }

    /// Like [`Class::find`], for a key node that may have escapes.
    #[inline(always)]
    pub fn find_node(&self, node: &Node, payload: &[u8], hint: usize) -> Option<usize> {
        if node.flags & scan::ESCAPED == 0 {
            self.find(node.bytes(payload), hint)
        } else {
            self.find(&node.text(payload), hint)
        }
    }
}

/// A rule of recognition: the first whose sign a payload shows decides what it is.
#[derive(Clone, Debug)]
pub struct Rule {
    /// How such payloads are known.
    pub sign: Sign,
    /// What they are; None: not compiled yet.
    pub shape: Option<ShapeId>,
}

/// What the payloads of a stream are.
#[derive(Clone, Debug)]
pub enum Target {
    /// All of one shape.
    Shape(ShapeId),
    /// To be recognised one by one.
    Rules(Vec<Rule>),
}

/// What a payload was found to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recognised {
    /// Nothing that is known.
    Not,
    /// Of this shape.
    As(ShapeId),
    /// What this rule says, whose shape is not compiled yet.
    By(usize),
}

/// A compiled target: classes and shapes refer to each other by index.
#[derive(Clone, Debug)]
pub struct Schema {
    /// All classes that can occur.
    pub classes: Vec<Class>,
    /// All shapes that can occur.
    pub shapes: Vec<Shape>,
    /// Where to begin.
    pub target: Target,
    /// The signs of a payload that is the last of its stream, whatever the target.
    pub last: Vec<Sign>,
    /// The `event` fields that say the same.
    pub last_names: Vec<Vec<u8>>,
}

/// A payload that does not keep its declaration. Texts of the payload in it may hold lone surrogates, as
/// [`crate::json::unescape`] writes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// JSON path, `$` being the payload.
    pub path: Vec<u8>,
    /// What is wrong: "missing", or "expected .., got ..".
    pub problem: Vec<u8>,
}

impl Schema {
    /// What a whole payload is.
    pub fn recognise(&self, payload: &[u8], tape: &Tape) -> Recognised {
        match &self.target {
            Target::Shape(shape) => Recognised::As(*shape),
            Target::Rules(rules) => match sign::first(rules.iter().map(|rule| &rule.sign), payload, tape) {
                None => Recognised::Not,
                Some(rule) => rules[rule].shape.map_or(Recognised::By(rule), Recognised::As),
            },
        }
    }

    /// The class of the object at `node`, if the shape gives it one.
    #[inline]
    pub fn resolve(&self, shape: &Shape, payload: &[u8], tape: &Tape, node: usize) -> Option<ClassId> {
        match &shape.classes[..] {
            [] => None,
            [class] => Some(*class),
            _ => {
                let tags = shape.tags.as_ref()?;
                let tag = tape.member(payload, node, &tags.key).map(|tag| &tape.nodes()[tag]);
                let is = |name: &[u8]| tag.is_some_and(|tag| tag.kind == Kind::Str && tag.spells(payload, name));
                tags.classes.iter().find(|(name, _)| is(name)).map(|(_, class)| *class).or(tags.other)
            }
        }
    }

    /// Whether the consumer takes every payload, JSON or not.
    pub fn takes_anything(&self) -> bool {
        matches!(&self.target, Target::Rules(rules) if rules.is_empty())
    }

    /// Whether this payload is the last of its stream.
    pub fn is_last(&self, payload: &[u8], tape: &Tape) -> bool {
        sign::first(self.last.iter(), payload, tape).is_some()
    }

    /// Whether a class of the target has a field `error`: then it is data, not a report of the server.
    pub fn declares_error(&self) -> bool {
        let Target::Shape(shape) = &self.target else { return false };
        let classes = self.shapes[*shape].classes.iter().map(|&class| &self.classes[class]);
        classes.flat_map(Class::fields).any(|field| field.wire == b"error")
    }

    /// Strict mode: the first departure from the declaration, in order of the declared fields, depth first.
    ///
    /// # Errors
    /// What departs, and where.
    pub fn check(&self, shape: ShapeId, payload: &[u8], tape: &Tape) -> Result<(), Mismatch> {
        Check { schema: self, payload, tape, path: b"$".to_vec() }.value(&self.shapes[shape], 0)
    }

    /// Mark in `pinned` (one entry a node) every value that decides about class, recognition, errors or validity: an
    /// event that differs in one of them is another event, not the same one with a hole.
    pub fn pinned(&self, shape: ShapeId, strict: bool, payload: &[u8], tape: &Tape, pinned: &mut Vec<bool>) {
        pinned.clear();
        pinned.resize(tape.nodes().len(), false);
        for key in ["type", "object", "error"] {
            self.pin_member(0, key.as_bytes(), payload, tape, pinned);
        }
        let rules = if let Target::Rules(rules) = &self.target { &rules[..] } else { &[] };
        for sign in rules.iter().map(|rule| &rule.sign).chain(&self.last) {
            // Where a sign asks only whether something is there, the shape of the template answers already.
            if let Some(node) = sign.deciding(payload, tape) {
                pinned[node] = true;
            }
        }
        self.pin(&self.shapes[shape], strict, payload, tape, 0, pinned);
    }

    fn pin_member(&self, node: usize, key: &[u8], payload: &[u8], tape: &Tape, pinned: &mut [bool]) {
        if !tape.may_have(key) {
            return;
        }
        // Every member of that name, not only the last: which one counts must not change either.
        for child in tape.children(node) {
            if tape.nodes()[child].spells(payload, key) {
                pinned[child + 1] = true;
            }
        }
    }

    fn pin(&self, shape: &Shape, strict: bool, payload: &[u8], tape: &Tape, node: usize, pinned: &mut [bool]) {
        match tape.nodes()[node].kind {
            Kind::Object => {
                if let Some(tags) = &shape.tags {
                    self.pin_member(node, &tags.key, payload, tape, pinned);
                }
                let class = self.resolve(shape, payload, tape, node).map(|class| &self.classes[class]);
                for key in tape.children(node) {
                    // Only strict decoders care what a scalar is.
                    if !strict && !matches!(tape.nodes()[key + 1].kind, Kind::Object | Kind::Array) {
                        continue;
                    }
                    let inner = match class {
                        Some(class) => {
                            class.find_node(&tape.nodes()[key], payload, 0).map(|field| class.fields[field].shape)
                        }
                        None => shape.values,
                    };
                    if let Some(inner) = inner {
                        self.pin(&self.shapes[inner], strict, payload, tape, key + 1, pinned);
                    }
                }
            }
            Kind::Array => {
                if let Some(items) = shape.items {
                    for item in tape.children(node) {
                        self.pin(&self.shapes[items], strict, payload, tape, item, pinned);
                    }
                }
            }
            Kind::Null | Kind::True | Kind::False => pinned[node] |= strict,
            _ => pinned[node] |= strict && shape.literals.is_some(),
        }
    }
}

fn kind_bit(kind: Kind) -> u8 {
    match kind {
        Kind::Null => kinds::NULL,
        Kind::True | Kind::False => kinds::BOOL,
        Kind::Int => kinds::INT,
        Kind::Float | Kind::NotFinite => kinds::FLOAT,
        Kind::Str | Kind::Key => kinds::STR,
        Kind::Array => kinds::ARRAY,
        Kind::Object => kinds::OBJECT,
    }
}

/// A strict check under way.
struct Check<'a> {
    schema: &'a Schema,
    payload: &'a [u8],
    tape: &'a Tape,
    /// Of the value that is being checked.
    path: Vec<u8>,
}

impl Check<'_> {
    fn value(&mut self, shape: &Shape, node: usize) -> Result<(), Mismatch> {
        let here = self.tape.nodes()[node];
        if shape.kinds & kind_bit(here.kind) == 0 {
            return Err(self.unexpected(&shape.expected, kind_name(here.kind).into()));
        }
        if !literal_holds(shape, &here, self.payload) {
            return Err(self.unexpected(&shape.expected, self.shown(node)));
        }
        match (here.kind, shape.items) {
            (Kind::Object, _) => self.object(shape, node),
            (Kind::Array, Some(items)) => {
                let schema = self.schema;
                let length = self.path.len();
                for (index, item) in self.tape.children(node).enumerate() {
                    self.path.extend_from_slice(format!("[{index}]").as_bytes());
                    self.value(&schema.shapes[items], item)?;
                    self.path.truncate(length);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn object(&mut self, shape: &Shape, node: usize) -> Result<(), Mismatch> {
        let schema = self.schema;
        let length = self.path.len();
        if let Some(class) = schema.resolve(shape, self.payload, self.tape, node) {
            for field in &schema.classes[class].fields {
                self.enter(&field.wire);
                match self.tape.member(self.payload, node, &field.wire) {
                    Some(value) => self.value(&schema.shapes[field.shape], value)?,
                    None if field.required => return Err(self.mismatch(b"missing".to_vec())),
                    None => {}
                }
                self.path.truncate(length);
            }
        } else if let Some(values) = shape.values {
            let (tape, payload) = (self.tape, self.payload);
            let members = || tape.children(node).map(|key| (tape.nodes()[key].text(payload), key + 1));
            // Of a key that comes twice the last value counts, in the first place.
            let mut last: HashMap<_, _> = members().collect();
            for (name, _) in members() {
                let Some(value) = last.remove(&name) else { continue };
                self.enter(&name);
                self.value(&schema.shapes[values], value)?;
                self.path.truncate(length);
            }
        } else if let Some(Tags { key, classes, .. }) = &shape.tags {
            self.enter(key);
            let Some(tag) = self.tape.member(self.payload, node, key) else {
                return Err(self.mismatch(b"missing".to_vec()));
            };
            let expected: Vec<_> =
                classes.iter().map(|(name, _)| String::from_utf8_lossy(&json::quoted(name)).into_owned()).collect();
            let kind = self.tape.nodes()[tag].kind;
            let got = if kind == Kind::Str { self.shown(tag) } else { kind_name(kind).into() };
            return Err(self.unexpected(&expected.join(" or "), got));
        }
        Ok(())
    }

    /// Go one member deeper: `.name` for what looks like a name, `["any text"]` for the rest.
    fn enter(&mut self, key: &[u8]) {
        let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        if key.iter().all(word) && key.first().is_some_and(|byte| !byte.is_ascii_digit()) {
            self.path.push(b'.');
            self.path.extend_from_slice(key);
        } else {
            self.path.push(b'[');
            self.path.extend_from_slice(&json::quoted(key));
            self.path.push(b']');
        }
    }

    /// A scalar as JSON, cut to 200 characters.
    fn shown(&self, node: usize) -> Vec<u8> {
        let node = &self.tape.nodes()[node];
        let text = match (node.kind, node.bytes(self.payload)) {
            (Kind::Str, _) => json::quoted(&node.text(self.payload)),
            (Kind::Int, b"-0") => b"0".to_vec(),
            (_, text) => text.to_vec(),
        };
        let starts = text.iter().enumerate().filter(|(_, byte)| **byte & 0xC0 != 0x80);
        match starts.map(|(index, _)| index).nth(200) {
            Some(end) => [&text[..end], "…".as_bytes()].concat(),
            None => text,
        }
    }

    fn unexpected(&self, expected: &str, got: Vec<u8>) -> Mismatch {
        self.mismatch([b"expected ", expected.as_bytes(), b", got ", &got].concat())
    }

    fn mismatch(&self, problem: Vec<u8>) -> Mismatch {
        Mismatch { path: self.path.clone(), problem }
    }
}

fn kind_name(kind: Kind) -> &'static [u8] {
    match kind {
        Kind::Null => b"null",
        Kind::True | Kind::False => b"bool",
        Kind::Int => b"int",
        Kind::Float | Kind::NotFinite => b"float",
        Kind::Str | Kind::Key => b"str",
        Kind::Array => b"array",
        Kind::Object => b"object",
    }
}

fn literal_holds(shape: &Shape, node: &Node, payload: &[u8]) -> bool {
    let Some(literals) = &shape.literals else { return true };
    let has_kind = |literal: &Literal| literal.has_kind_of(node);
    !literals.iter().any(has_kind) || literals.iter().any(|literal| literal.is(node, payload))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_wherever_the_search_begins() {
        // Many have the same number, and the last one the key of the first.
        let keys: Vec<Vec<u8>> = (0..127).map(|n| format!("{}a{n}", n % 3).into_bytes()).collect();
        let field = |key: &Vec<u8>| Field { wire: key.clone(), shape: 0, required: false };
        let class = Class::new(keys.iter().chain(&keys[..1]).map(field).collect());
        for (index, key) in keys.iter().enumerate() {
            for hint in [0, index, index + 1, 126, 127, 128] {
                let is_hint = class.fields.get(hint).is_some_and(|field| field.wire == *key);
                assert_eq!(class.find(key, hint), Some(if is_hint { hint } else { index }));
            }
        }
        for other in ["", "x", "0a", "0a128", "longer than all of them"] {
            assert_eq!(class.find(other.as_bytes(), 3), None);
        }
        assert_eq!(Class::new(Vec::new()).find(b"a", 0), None);
    }
}
