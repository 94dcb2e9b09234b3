//! Tokens to a tree, by precedence: `or`, `and`, comparison, sum, product, minus.

use super::token::{Placed, Token, tokens};
use super::{ExpressionError, ExpressionProblem};

/// An expression ready to be evaluated.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression(pub(super) Node);

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Number(f64),
    Text(String),
    Answer(String),
    Current,
    Negative(Box<Node>),
    Binary(Operator, Box<Node>, Box<Node>),
    Call(Function, Vec<Node>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Below,
    BelowOrEqual,
    Above,
    AboveOrEqual,
    Plus,
    Minus,
    Times,
    Divided,
    Modulo,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Not,
    True,
    False,
    Selected,
    CountSelected,
    Coalesce,
    If,
    StringLength,
    Number,
}

impl Function {
    /// A function and how many arguments it takes.
    fn named(name: &str) -> Option<(Self, usize)> {
        Some(match name {
            "not" => (Self::Not, 1),
            "true" => (Self::True, 0),
            "false" => (Self::False, 0),
            "selected" => (Self::Selected, 2),
            "count-selected" => (Self::CountSelected, 1),
            "coalesce" => (Self::Coalesce, 2),
            "if" => (Self::If, 3),
            "string-length" => (Self::StringLength, 1),
            "number" => (Self::Number, 1),
            _ => return None,
        })
    }
}

/// Operators from the loosest to the tightest.
const PRECEDENCE: [&[(&str, Operator)]; 6] = [
    &[("or", Operator::Or)],
    &[("and", Operator::And)],
    &[("=", Operator::Equal), ("!=", Operator::NotEqual)],
    &[
        ("<", Operator::Below),
        ("<=", Operator::BelowOrEqual),
        (">", Operator::Above),
        (">=", Operator::AboveOrEqual),
    ],
    &[("+", Operator::Plus), ("-", Operator::Minus)],
    &[
        ("*", Operator::Times),
        ("div", Operator::Divided),
        ("mod", Operator::Modulo),
    ],
];

/// Levels of nesting accepted.
const MAX_DEPTH: usize = 32;

impl Expression {
    /// Reads an expression.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        let mut parser = Parser {
            tokens: tokens(text)?,
            at: 0,
            end: text.chars().count(),
            depth: 0,
        };
        let node = parser.level(0)?;
        match parser.peek() {
            None => Ok(Self(node)),
            Some(_) => Err(parser.error(ExpressionProblem::UnexpectedToken)),
        }
    }
}

struct Parser {
    tokens: Vec<Placed>,
    at: usize,
    end: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(_, token)| token)
    }

    fn position(&self) -> usize {
        self.tokens.get(self.at).map_or(self.end, |(at, _)| *at)
    }

    fn error(&self, problem: ExpressionProblem) -> ExpressionError {
        ExpressionError {
            position: self.position(),
            problem,
        }
    }

    fn level(&mut self, level: usize) -> Result<Node, ExpressionError> {
        let Some(operators) = PRECEDENCE.get(level) else {
            return self.negative();
        };
        let mut left = self.level(level + 1)?;
        while let Some(operator) = self.take_operator(operators) {
            let right = self.level(level + 1)?;
            left = Node::Binary(operator, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn take_operator(&mut self, operators: &[(&str, Operator)]) -> Option<Operator> {
        let written = match self.peek()? {
            Token::Sign(sign) => *sign,
            Token::Word(word) => word.as_str(),
            _ => return None,
        };
        let (_, operator) = operators.iter().find(|(text, _)| *text == written)?;
        let operator = *operator;
        self.at += 1;
        Some(operator)
    }

    fn negative(&mut self) -> Result<Node, ExpressionError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(ExpressionProblem::TooDeep));
        }
        let node = if self.take_sign("-") {
            Node::Negative(Box::new(self.negative()?))
        } else {
            self.primary()?
        };
        self.depth -= 1;
        Ok(node)
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let taken = matches!(self.peek(), Some(Token::Sign(found)) if *found == sign);
        self.at += usize::from(taken);
        taken
    }

    fn expect_sign(&mut self, sign: &str) -> Result<(), ExpressionError> {
        if self.take_sign(sign) {
            return Ok(());
        }
        Err(self.error(if self.peek().is_some() {
            ExpressionProblem::UnexpectedToken
        } else {
            ExpressionProblem::UnexpectedEnd
        }))
    }

    fn primary(&mut self) -> Result<Node, ExpressionError> {
        let Some(token) = self.peek().cloned() else {
            return Err(self.error(ExpressionProblem::UnexpectedEnd));
        };
        let node = match token {
            Token::Number(number) => Node::Number(number),
            Token::Text(text) => Node::Text(text),
            Token::Answer(name) => Node::Answer(name),
            Token::Current => Node::Current,
            Token::Word(word) => return self.call(&word),
            Token::Sign("(") => {
                self.at += 1;
                let node = self.level(0)?;
                self.expect_sign(")")?;
                return Ok(node);
            }
            Token::Sign(_) => return Err(self.error(ExpressionProblem::UnexpectedToken)),
        };
        self.at += 1;
        Ok(node)
    }

    fn call(&mut self, name: &str) -> Result<Node, ExpressionError> {
        let start = self.position();
        let (function, wanted) =
            Function::named(name).ok_or_else(|| self.error(ExpressionProblem::UnknownFunction))?;
        self.at += 1;
        self.expect_sign("(")?;
        let mut arguments = Vec::new();
        if !self.take_sign(")") {
            loop {
                arguments.push(self.level(0)?);
                if !self.take_sign(",") {
                    break;
                }
            }
            self.expect_sign(")")?;
        }
        if arguments.len() == wanted {
            Ok(Node::Call(function, arguments))
        } else {
            Err(ExpressionError {
                position: start,
                problem: ExpressionProblem::WrongArguments,
            })
        }
    }
}
