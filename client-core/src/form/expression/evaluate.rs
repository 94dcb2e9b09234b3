//! The value of an expression over answers.

use super::Expression;
use super::parse::{Function, Node, Operator};
use crate::model::read_decimal;

/// A value of XPath 1.0.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text; an absent answer is the empty text.
    Text(String),
    /// A number; what is no number is NaN, and no comparison with it holds but `!=`.
    Number(f64),
    /// True or false.
    Truth(bool),
}

/// Where names find their answers.
pub trait Scope {
    /// The answer to `${name}`; several choices are joined by spaces; absent is the empty text.
    fn value(&self, name: &str) -> Value;
    /// The answer that `.` stands for.
    fn current(&self) -> Value;
}

impl Value {
    fn truth(&self) -> bool {
        match self {
            Self::Text(text) => !text.is_empty(),
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::Truth(truth) => *truth,
        }
    }

    fn number(&self) -> f64 {
        match self {
            Self::Text(text) => read_decimal(text.trim()).unwrap_or(f64::NAN),
            Self::Number(number) => *number,
            Self::Truth(truth) => f64::from(u8::from(*truth)),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number_text(*number),
            Self::Truth(truth) => truth.to_string(),
        }
    }

    fn is_blank(&self) -> bool {
        matches!(self, Self::Text(text) if text.is_empty())
    }
}

/// A whole number as XPath writes it; parts are cut after the third decimal.
fn number_text(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    let thousandths = (number * 1000.0) as i64;
    let (whole, part) = (thousandths / 1000, (thousandths % 1000).abs());
    let sign = if thousandths < 0 && whole == 0 {
        "-"
    } else {
        ""
    };
    if part == 0 {
        return whole.to_string();
    }
    let digits = format!("{part:03}");
    format!("{sign}{whole}.{}", digits.trim_end_matches('0'))
}

impl Expression {
    /// The value of the expression.
    pub fn evaluate(&self, scope: &impl Scope) -> Value {
        evaluate(&self.0, scope)
    }

    /// Whether the expression holds.
    pub fn holds(&self, scope: &impl Scope) -> bool {
        self.evaluate(scope).truth()
    }
}

fn evaluate(node: &Node, scope: &impl Scope) -> Value {
    match node {
        Node::Number(number) => Value::Number(*number),
        Node::Text(text) => Value::Text(text.clone()),
        Node::Answer(name) => scope.value(name),
        Node::Current => scope.current(),
        Node::Negative(inner) => Value::Number(-evaluate(inner, scope).number()),
        Node::Binary(operator, left, right) => binary(*operator, left, right, scope),
        Node::Call(function, arguments) => call(*function, arguments, scope),
    }
}

fn binary(operator: Operator, left: &Node, right: &Node, scope: &impl Scope) -> Value {
    let one = evaluate(left, scope);
    match operator {
        Operator::Or => return Value::Truth(one.truth() || evaluate(right, scope).truth()),
        Operator::And => return Value::Truth(one.truth() && evaluate(right, scope).truth()),
        _ => {}
    }
    let other = evaluate(right, scope);
    match operator {
        Operator::Equal => return Value::Truth(equal(&one, &other)),
        Operator::NotEqual => return Value::Truth(!equal(&one, &other)),
        _ => {}
    }
    let (a, b) = (one.number(), other.number());
    match operator {
        Operator::Below => Value::Truth(a < b),
        Operator::BelowOrEqual => Value::Truth(a <= b),
        Operator::Above => Value::Truth(a > b),
        Operator::AboveOrEqual => Value::Truth(a >= b),
        Operator::Plus => Value::Number(a + b),
        Operator::Minus => Value::Number(a - b),
        Operator::Times => Value::Number(a * b),
        Operator::Divided => Value::Number(a / b),
        _ => Value::Number(a % b),
    }
}

/// XPath 1.0 section 3.4: as truths if one is a truth, as numbers if one is a number, else as
/// texts. An absent answer equals only the empty text.
fn equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Truth(_), _) | (_, Value::Truth(_)) => one.truth() == other.truth(),
        (Value::Number(_), _) | (_, Value::Number(_)) => {
            (one.number() - other.number()).abs() < f64::EPSILON
        }
        _ => one.text() == other.text(),
    }
}

fn call(function: Function, arguments: &[Node], scope: &impl Scope) -> Value {
    let argument = |index: usize| {
        arguments
            .get(index)
            .map_or_else(|| Value::Text(String::new()), |node| evaluate(node, scope))
    };
    match function {
        Function::Not => Value::Truth(!argument(0).truth()),
        Function::True => Value::Truth(true),
        Function::False => Value::Truth(false),
        Function::Selected => {
            let wanted = argument(1).text();
            let chosen = argument(0).text();
            Value::Truth(chosen.split_whitespace().any(|code| code == wanted))
        }
        Function::CountSelected => {
            Value::Number(argument(0).text().split_whitespace().count() as f64)
        }
        Function::Coalesce => {
            let first = argument(0);
            if first.is_blank() { argument(1) } else { first }
        }
        Function::If => argument(if argument(0).truth() { 1 } else { 2 }),
        Function::StringLength => Value::Number(argument(0).text().chars().count() as f64),
        Function::Number => Value::Number(argument(0).number()),
    }
}
