//! What a consumer declared, compiled: the core's schema, and the layout of every class in it.

use crate::adopt;
use crate::assemble::Assembler;
use crate::layout::EventLayout;
use crate::plans::Plans;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::sync::critical_section::with_critical_section;
use pyo3::types::{PyDict, PyTuple, PyType};
use sselerate_core::predictor::Predictor;
use sselerate_core::schema::kinds::OBJECT;
use sselerate_core::schema::{Class, ClassId, Field, Literal, Rule, Schema, Shape, ShapeId, Tags, Target};
use sselerate_core::sign::{Sign, Step};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// Compiled targets that are kept. Programs are few; a program that makes classes as it goes must not grow for ever.
const MAX_KEPT: usize = 256;
/// Decoders whose learning is kept for each target: as many as a small proxy has streams ending at once.
const MAX_WARM: usize = 8;

/// A compiled target. Shared by all decoders of that target.
#[pyclass(frozen, module = "sselerate._core")]
pub(crate) struct Program {
    pub(crate) schema: Arc<Schema>,
    /// By [`ClassId`].
    pub(crate) layouts: Vec<EventLayout>,
    pub(crate) generic: EventLayout,
    /// The rules that are compiled, in the order in which they were: the others are when they are first met, as each
    /// brings the classes of its dialect with it.
    rules: Vec<usize>,
    /// Instances of one of the classes have something to do when they go.
    pub(crate) finalizes: bool,
    /// What decoders that are gone have learnt, by [`Manner::number`]. Programs of the same target that differ in their
    /// rules share it: classes and shapes that both know have the same numbers.
    warm: Arc<[Mutex<Vec<Warm>>; 4]>,
}

/// The options that what is learnt depends on: what may vary in an event, and the strings that its events share.
#[derive(Clone, Copy)]
pub(crate) struct Manner {
    pub(crate) strict: bool,
    pub(crate) replace_surrogates: bool,
}

impl Manner {
    fn number(self) -> usize {
        usize::from(self.strict) + 2 * usize::from(self.replace_surrogates)
    }
}

/// What a decoder has learnt. Most streams are short, and the next one looks like the last: a decoder that begins with
/// this predicts from its first event on.
pub(crate) struct Warm {
    pub(crate) predictor: Predictor,
    pub(crate) plans: Plans,
    pub(crate) assembler: Assembler,
}

impl Program {
    /// The program of a target, from those kept or new.
    ///
    /// # Errors
    /// TypeError for what is no target.
    pub(crate) fn of(target: &Bound<'_, PyAny>) -> PyResult<Py<Self>> {
        let py = target.py();
        let kept = kept(py);
        let key = key(target)?;
        if let Ok(Some(program)) = kept.get_item(&key) {
            return Ok(program.cast_into::<Self>()?.unbind());
        }
        let program = Bound::new(py, Self::compile(target, Vec::new(), Arc::default())?)?;
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        // An unhashable target is no target, but compile has the better message for it.
        kept.set_item(key, &program)?;
        Ok(program.unbind())
    }

    /// `program`, which recognises, with one more rule compiled.
    pub(crate) fn with_rule(py: Python<'_>, program: &Py<Self>, rule: usize) -> PyResult<Py<Self>> {
        let kept = kept(py);
        loop {
            // Another decoder may have been here: the one that is kept is the longest of those that share their
            // learning.
            let newest = kept.get_item(py.None())?.map(Bound::cast_into::<Self>).transpose()?;
            let newest = newest.filter(|newest| Arc::ptr_eq(&newest.get().warm, &program.get().warm));
            let base = newest.as_ref().unwrap_or(program.bind(py)).get();
            if let Some(newest) = newest.as_ref().filter(|_| base.rules.contains(&rule)) {
                return Ok(newest.clone().unbind());
            }
            let rules = base.rules.iter().copied().chain([rule]).collect();
            let warm = if newest.is_some() { base.warm.clone() } else { Arc::default() };
            let longer = Bound::new(py, Self::compile(py.None().bind(py), rules, warm)?)?;
            let Some(newest) = newest else { return Ok(longer.unbind()) };
            // Compiling runs Python code, and meanwhile another thread may have made it longer.
            let is_kept = with_critical_section(kept, || {
                let is_newest = kept.get_item(py.None())?.is_some_and(|current| current.is(&newest));
                if is_newest { kept.set_item(py.None(), &longer).map(|()| true) } else { Ok(false) }
            })?;
            if is_kept {
                return Ok(longer.unbind());
            }
        }
    }

    /// What an earlier decoder has learnt, for a new one to begin with.
    pub(crate) fn warm(&self, manner: Manner) -> Option<Warm> {
        self.warm[manner.number()].lock().ok()?.pop()
    }

    /// Keep what a decoder has learnt.
    pub(crate) fn keep_warm(&self, manner: Manner, mut warm: Warm) {
        warm.plans.forget_events();
        if let Ok(mut kept) = self.warm[manner.number()].lock()
            && kept.len() < MAX_WARM
        {
            kept.push(warm);
        }
    }

    /// `rules`: those to compile, if the target is None.
    fn compile(target: &Bound<'_, PyAny>, rules: Vec<usize>, warm: Arc<[Mutex<Vec<Warm>>; 4]>) -> PyResult<Self> {
        let py = target.py();
        let declare = py.import("sselerate.events.declare")?;
        let generic_class = py.import("sselerate.events.generic")?.getattr("GenericEvent")?.cast_into::<PyType>()?;
        let recognise = py.import("sselerate.events.recognise")?;
        let last = recognise.getattr("LAST")?.try_iter()?.map(|found| sign(&found?)).collect::<PyResult<_>>()?;
        let last_names: Vec<String> = recognise.getattr("LAST_EVENT_NAMES")?.extract()?;
        let last_names = last_names.into_iter().map(String::into_bytes).collect();
        let mut compiler =
            Compiler { declare, shapes: Vec::new(), classes: Vec::new(), layouts: Vec::new(), known: HashMap::new() };
        let target = if target.is_none() {
            let known = recognise.getattr("RULES")?;
            let uncompiled = |rule: PyResult<Bound<'_, PyAny>>| Ok(Rule { sign: sign(&rule?)?, shape: None });
            let mut signs = known.try_iter()?.map(uncompiled).collect::<PyResult<Vec<_>>>()?;
            for &rule in &rules {
                signs[rule].shape = Some(compiler.shape_of(&known.get_item(rule)?.getattr("target")?)?);
            }
            Target::Rules(signs)
        } else if target.is(&generic_class) {
            Target::Rules(Vec::new())
        } else {
            let shape = compiler.shape_of(target)?;
            let Shape { classes, kinds, .. } = &compiler.shapes[shape];
            if classes.is_empty() || *kinds != OBJECT {
                let target = target.repr()?;
                let what = "target must be an event class, a union of event classes or None";
                return Err(PyTypeError::new_err(format!("{what}, not {target}")));
            }
            Target::Shape(shape)
        };
        let names = ["data".to_owned(), "type".to_owned()];
        let generic = EventLayout::new(&generic_class, &names, Box::new([py.None(), py.None()]), Some("type"), None)?;
        let schema = Arc::new(Schema { classes: compiler.classes, shapes: compiler.shapes, target, last, last_names });
        let finalizes = compiler.layouts.iter().any(|layout| adopt::finalizes(layout.class(py)));
        Ok(Self { schema, layouts: compiler.layouts, generic, rules, finalizes, warm })
    }
}

/// Reads what `sselerate.events.declare` has compiled (Schema, Field, Shape), each object once.
struct Compiler<'py> {
    declare: Bound<'py, PyModule>,
    shapes: Vec<Shape>,
    classes: Vec<Class>,
    layouts: Vec<EventLayout>,
    /// Classes and shapes by identity; the objects are kept so that no identity is used twice.
    known: HashMap<usize, (Bound<'py, PyAny>, usize)>,
}

impl<'py> Compiler<'py> {
    fn shape(&mut self, shape: &Bound<'py, PyAny>) -> PyResult<ShapeId> {
        let identity = shape.as_ptr() as usize;
        if let Some((_, id)) = self.known.get(&identity) {
            return Ok(*id);
        }
        let id = self.shapes.len();
        self.shapes.push(Shape::default());
        self.known.insert(identity, (shape.clone(), id));
        let literals = shape.getattr("literals")?;
        let literals = match literals.is_none() {
            true => None,
            false => Some(literals.try_iter()?.map(|value| literal(&value?)).collect::<PyResult<_>>()?),
        };
        let classes =
            shape.getattr("classes")?.try_iter()?.map(|class| self.class(&class?)).collect::<PyResult<_>>()?;
        let tag: Option<String> = shape.getattr("tag")?.extract()?;
        let tags = match tag {
            None => None,
            Some(tag) => {
                let tags = shape.getattr("tags")?.cast_into::<PyDict>()?;
                let tags =
                    tags.iter().map(|(name, class)| Ok((name.extract::<String>()?.into_bytes(), self.class(&class)?)));
                let classes = tags.collect::<PyResult<_>>()?;
                let other = shape.getattr("other")?;
                let other = if other.is_none() { None } else { Some(self.class(&other)?) };
                Some(Tags { key: tag.into_bytes(), classes, other })
            }
        };
        self.shapes[id] = Shape {
            kinds: shape.getattr("kinds")?.extract()?,
            literals,
            classes,
            tags,
            items: self.optional_shape(&shape.getattr("items")?)?,
            values: self.optional_shape(&shape.getattr("values")?)?,
            expected: shape.getattr("expected")?.extract()?,
        };
        Ok(id)
    }

    fn optional_shape(&mut self, shape: &Bound<'py, PyAny>) -> PyResult<Option<ShapeId>> {
        if shape.is_none() { Ok(None) } else { self.shape(shape).map(Some) }
    }

    fn class(&mut self, class: &Bound<'py, PyAny>) -> PyResult<ClassId> {
        let identity = class.as_ptr() as usize;
        if let Some((_, id)) = self.known.get(&identity) {
            return Ok(*id);
        }
        let schema = self.declare.call_method1("schema_of", (class,))?;
        let class = class.cast::<PyType>().map_err(PyErr::from)?;
        let fields: Vec<_> = schema.getattr("fields")?.try_iter()?.collect::<PyResult<_>>()?;
        let names = fields.iter().map(|field| field.getattr("name")?.extract()).collect::<PyResult<Vec<String>>>()?;
        let event_name: Option<String> = schema.getattr("event_name")?.extract()?;
        let defaults = fields.iter().map(|field| Ok(field.getattr("default")?.unbind())).collect::<PyResult<_>>()?;
        let id = self.classes.len();
        self.classes.push(Class::new(Vec::new()));
        let text = self.declare.call_method1("text_path", (class,))?.extract()?;
        self.layouts.push(EventLayout::new(class, &names, defaults, event_name.as_deref(), text)?);
        self.known.insert(identity, (class.clone().into_any(), id));
        let mut compiled = Vec::with_capacity(fields.len());
        for field in fields {
            compiled.push(Field {
                wire: field.getattr("wire")?.extract::<String>()?.into_bytes(),
                shape: self.shape(&field.getattr("shape")?)?,
                required: field.getattr("required")?.extract()?,
            });
        }
        self.classes[id] = Class::new(compiled);
        Ok(id)
    }

    fn shape_of(&mut self, target: &Bound<'py, PyAny>) -> PyResult<ShapeId> {
        let shape = self.declare.call_method1("shape_of", (target,))?;
        self.shape(&shape)
    }
}

/// The programs that are kept, by [`key`].
fn kept(py: Python<'_>) -> &Bound<'_, PyDict> {
    static KEPT: PyOnceLock<Py<PyDict>> = PyOnceLock::new();
    KEPT.get_or_init(py, || PyDict::new(py).unbind()).bind(py)
}

/// Under what the program of a target is kept. Unions are equal whatever the order of their members, which shows in the
/// texts of errors: they are kept under their members.
fn key<'py>(target: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    if target.is_none() || target.is_instance_of::<PyType>() {
        return Ok(target.clone());
    }
    match target.getattr_opt("__args__")? {
        Some(members) => Ok((target.get_type(), members).into_pyobject(target.py())?.into_any()),
        None => Ok(target.clone()),
    }
}

fn sign(sign: &Bound<'_, PyAny>) -> PyResult<Sign> {
    let step = |step: Bound<'_, PyAny>| match step.extract::<usize>() {
        Ok(index) => Ok(Step::Index(index)),
        Err(_) => Ok(Step::Key(step.extract::<String>()?.into_bytes())),
    };
    let path = sign.getattr("path")?.cast_into::<PyTuple>()?.iter().map(step).collect::<PyResult<_>>()?;
    let equals = sign.getattr("equals")?;
    let equals = (!equals.is_none()).then(|| equals.try_iter()?.map(|value| literal(&value?)).collect());
    let prefix: Option<String> = sign.getattr("prefix")?.extract()?;
    let also: Option<String> = sign.getattr("also")?.extract()?;
    let [prefix, also] = [prefix, also].map(|text| text.map(String::into_bytes));
    Ok(Sign::new(path, equals.transpose()?, prefix, also))
}

fn literal(value: &Bound<'_, PyAny>) -> PyResult<Literal> {
    if value.is_none() {
        return Ok(Literal::Null);
    }
    if let Ok(value) = value.cast::<pyo3::types::PyBool>() {
        return Ok(Literal::Bool(value.is_true()));
    }
    if let Ok(value) = value.extract::<String>() {
        return Ok(Literal::Str(value));
    }
    if value.is_instance_of::<pyo3::types::PyInt>() {
        return Ok(Literal::Int(value.str()?.to_string()));
    }
    Err(PyTypeError::new_err(format!("{value} cannot be a literal")))
}
