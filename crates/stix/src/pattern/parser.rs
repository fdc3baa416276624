//! From words to a tree, by recursive descent.
use super::lexer::{self, At, Token};
use super::{
    Comparison, Constant, DEEPEST, LONGEST, MOST_REPEATS, MOST_TERMS, Observation, Operator, Path, Pattern,
    PatternError, Qualifier, Step, Term, check,
};

const KEYWORDS: &[&str] = &[
    "AND",
    "OR",
    "NOT",
    "FOLLOWEDBY",
    "LIKE",
    "MATCHES",
    "ISSUPERSET",
    "ISSUBSET",
    "EXISTS",
    "LAST",
    "IN",
    "START",
    "STOP",
    "SECONDS",
    "true",
    "false",
    "WITHIN",
    "REPEATS",
    "TIMES",
];

pub(super) fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&word)
}

/// Reads a whole pattern.
pub(super) fn pattern(text: &str) -> Result<Pattern, PatternError> {
    if text.len() > LONGEST {
        return Err(lexer::error(
            text,
            0,
            format!("a pattern has at most {LONGEST} bytes"),
        ));
    }
    let mut parser = Parser {
        text,
        words: lexer::words(text)?,
        next: 0,
        depth: 0,
        terms: 0,
    };
    let observation = parser.followed_by()?;
    if *parser.peek() != Token::End {
        return parser.expected("AND, OR, FOLLOWEDBY, a qualifier or the end");
    }
    Ok(Pattern(observation))
}

struct Parser<'a> {
    text: &'a str,
    words: Vec<(Token, At)>,
    next: usize,
    depth: usize,
    terms: usize,
}

type Parsed<T> = Result<T, PatternError>;

impl Parser<'_> {
    fn peek(&self) -> &Token {
        self.words.get(self.next).map_or(&Token::End, |(token, _)| token)
    }

    fn at(&self) -> At {
        self.words.get(self.next).map_or(self.text.len(), |(_, at)| *at)
    }

    fn take(&mut self) -> Token {
        let token = self.peek().clone();
        self.next += 1;
        token
    }

    fn fail<T>(&self, at: At, message: impl Into<String>) -> Parsed<T> {
        Err(lexer::error(self.text, at, message))
    }

    fn expected<T>(&self, what: &str) -> Parsed<T> {
        self.fail(self.at(), format!("expected {what}"))
    }

    fn takes_sign(&mut self, sign: &str) -> bool {
        let there = matches!(self.peek(), Token::Sign(here) if *here == sign);
        self.next += usize::from(there);
        there
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let there = matches!(self.peek(), Token::Word(here, _) if here == word);
        self.next += usize::from(there);
        there
    }

    fn sign(&mut self, sign: &str) -> Parsed<()> {
        if self.takes_sign(sign) {
            Ok(())
        } else {
            self.expected(sign)
        }
    }

    fn word(&mut self, word: &str) -> Parsed<()> {
        if self.takes_word(word) {
            Ok(())
        } else {
            self.expected(word)
        }
    }

    fn deeper<T>(&mut self, f: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= DEEPEST {
            return self.fail(
                self.at(),
                format!("brackets are nested deeper than {DEEPEST} levels"),
            );
        }
        self.depth += 1;
        let parsed = f(self);
        self.depth -= 1;
        parsed
    }

    /// Parts with a word between them; one part stands for itself.
    fn joined<T>(
        &mut self,
        word: &str,
        part: impl Fn(&mut Self) -> Parsed<T>,
        join: impl FnOnce(Vec<T>) -> T,
    ) -> Parsed<T> {
        let first = part(self)?;
        if !self.takes_word(word) {
            return Ok(first);
        }
        let mut parts = vec![first, part(self)?];
        while self.takes_word(word) {
            parts.push(part(self)?);
        }
        Ok(join(parts))
    }

    fn followed_by(&mut self) -> Parsed<Observation> {
        self.joined("FOLLOWEDBY", Self::either, Observation::FollowedBy)
    }

    fn either(&mut self) -> Parsed<Observation> {
        self.joined("OR", Self::both, Observation::Or)
    }

    fn both(&mut self) -> Parsed<Observation> {
        self.joined("AND", Self::observation, Observation::And)
    }

    fn observation(&mut self) -> Parsed<Observation> {
        let inner = if self.takes_sign("(") {
            let inner = self.deeper(Self::followed_by)?;
            self.sign(")")?;
            inner
        } else if self.takes_sign("[") {
            let test = self.deeper(Self::test)?;
            self.sign("]")?;
            Observation::Test(test)
        } else {
            return self.expected("[ or (");
        };
        let qualifiers = self.qualifiers()?;
        Ok(if qualifiers.is_empty() {
            inner
        } else {
            Observation::Qualified(Box::new(inner), qualifiers)
        })
    }

    fn qualifiers(&mut self) -> Parsed<Vec<Qualifier>> {
        let mut qualifiers: Vec<Qualifier> = Vec::new();
        loop {
            let at = self.at();
            let qualifier = if self.takes_word("START") {
                self.between()?
            } else if self.takes_word("WITHIN") {
                self.within()?
            } else if self.takes_word("REPEATS") {
                self.repeats()?
            } else {
                return Ok(qualifiers);
            };
            let kind = std::mem::discriminant(&qualifier);
            if qualifiers
                .iter()
                .any(|other| std::mem::discriminant(other) == kind)
            {
                return self.fail(at, "an observation has each kind of qualifier once");
            }
            qualifiers.push(qualifier);
        }
    }

    fn between(&mut self) -> Parsed<Qualifier> {
        let start = self.time()?;
        self.word("STOP")?;
        let stop = self.time()?;
        Ok(Qualifier::Between(start, stop))
    }

    fn time(&mut self) -> Parsed<String> {
        match self.peek() {
            Token::Time(text) => {
                let text = text.clone();
                self.next += 1;
                Ok(text)
            }
            _ => self.expected("a timestamp such as t'2026-01-02T03:04:05Z'"),
        }
    }

    fn within(&mut self) -> Parsed<Qualifier> {
        let seconds = match self.peek() {
            Token::Integer(text) | Token::Float(text) if !text.starts_with('-') => text.clone(),
            _ => return self.expected("a number of seconds"),
        };
        self.next += 1;
        self.word("SECONDS")?;
        Ok(Qualifier::Within(seconds))
    }

    fn repeats(&mut self) -> Parsed<Qualifier> {
        let times = match self.peek() {
            Token::Integer(text) => text.parse::<u64>().ok(),
            _ => None,
        };
        let Some(times) = times.filter(|times| (1..=MOST_REPEATS).contains(times)) else {
            return self.expected(&format!("a number from 1 to {MOST_REPEATS}"));
        };
        self.next += 1;
        self.word("TIMES")?;
        Ok(Qualifier::Repeats(times))
    }

    fn test(&mut self) -> Parsed<Comparison> {
        self.joined("OR", Self::all_of, Comparison::Or)
    }

    fn all_of(&mut self) -> Parsed<Comparison> {
        self.joined("AND", Self::comparison, Comparison::And)
    }

    fn comparison(&mut self) -> Parsed<Comparison> {
        if self.takes_sign("(") {
            let inner = self.deeper(Self::test)?;
            self.sign(")")?;
            return Ok(inner);
        }
        self.terms += 1;
        if self.terms > MOST_TERMS {
            return self.fail(
                self.at(),
                format!("a pattern has at most {MOST_TERMS} comparisons"),
            );
        }
        let negated = self.takes_word("NOT");
        if self.takes_word("EXISTS") {
            return Ok(Comparison::Exists {
                path: self.path()?,
                negated,
            });
        }
        if negated {
            return self.expected("EXISTS");
        }
        let at = self.at();
        let path = self.path()?;
        let negated = self.takes_word("NOT");
        let operator = self.operator()?;
        let operand = self.operand(operator)?;
        let term = Term {
            path,
            negated,
            operator,
            operand,
        };
        if let Some(name) = check::wrong_hash(&term) {
            return self.fail(at, format!("this is no hash of the kind {name}"));
        }
        Ok(Comparison::Term(term))
    }

    fn operator(&mut self) -> Parsed<Operator> {
        let operator = match self.peek() {
            Token::Sign("=" | "==") => Operator::Equal,
            Token::Sign("!=" | "<>") => Operator::Unequal,
            Token::Sign("<") => Operator::Less,
            Token::Sign("<=") => Operator::AtMost,
            Token::Sign(">") => Operator::Greater,
            Token::Sign(">=") => Operator::AtLeast,
            Token::Word(word, _) => match word.as_str() {
                "IN" => Operator::In,
                "LIKE" => Operator::Like,
                "MATCHES" => Operator::Matches,
                "ISSUBSET" => Operator::Subset,
                "ISSUPERSET" => Operator::Superset,
                _ => return self.expected("a comparison such as = or LIKE"),
            },
            _ => return self.expected("a comparison such as = or LIKE"),
        };
        self.next += 1;
        Ok(operator)
    }

    fn operand(&mut self, operator: Operator) -> Parsed<Vec<Constant>> {
        use Operator::{AtLeast, AtMost, Equal, Greater, In, Less, Like, Matches, Subset, Superset, Unequal};
        if operator == In {
            return self.set();
        }
        let at = self.at();
        let constant = self.constant()?;
        let fits = match operator {
            Equal | Unequal | In => true,
            Less | AtMost | Greater | AtLeast => !matches!(constant, Constant::Boolean(_)),
            Like | Matches | Subset | Superset => matches!(constant, Constant::Text(_)),
        };
        if !fits {
            return self.fail(at, "this kind of constant cannot be compared so");
        }
        Ok(vec![constant])
    }

    fn set(&mut self) -> Parsed<Vec<Constant>> {
        self.sign("(")?;
        let mut constants = Vec::new();
        if self.takes_sign(")") {
            return Ok(constants);
        }
        loop {
            constants.push(self.constant()?);
            if self.takes_sign(")") {
                return Ok(constants);
            }
            self.sign(",")?;
        }
    }

    fn constant(&mut self) -> Parsed<Constant> {
        let constant = match self.peek() {
            Token::Text(text) => Constant::Text(text.clone()),
            Token::Integer(text) => Constant::Integer(text.clone()),
            Token::Float(text) => Constant::Float(text.clone()),
            Token::Binary(bytes) => Constant::Binary(bytes.clone()),
            Token::Hex(bytes) => Constant::Hex(bytes.clone()),
            Token::Time(text) => Constant::Time(text.clone()),
            Token::Word(word, _) if word == "true" => Constant::Boolean(true),
            Token::Word(word, _) if word == "false" => Constant::Boolean(false),
            _ => return self.expected("a constant"),
        };
        self.next += 1;
        Ok(constant)
    }

    fn path(&mut self) -> Parsed<Path> {
        let object = match self.peek() {
            Token::Word(word, _) if !is_keyword(word) => word.clone(),
            _ => return self.expected("a type of objects such as ipv4-addr"),
        };
        self.next += 1;
        self.sign(":")?;
        let mut steps = vec![self.key()?];
        loop {
            if self.takes_sign(".") {
                steps.push(self.key()?);
            } else if self.takes_sign("[") {
                let at = self.at();
                steps.push(match self.take() {
                    Token::Sign("*") => Step::Any,
                    Token::Integer(text) => match text.parse() {
                        Ok(index) => Step::Index(index),
                        Err(_) => return self.fail(at, "this position is too large"),
                    },
                    _ => return self.fail(at, "expected a position or *"),
                });
                self.sign("]")?;
            } else {
                return Ok(Path { object, steps });
            }
        }
    }

    fn key(&mut self) -> Parsed<Step> {
        let name = match self.peek() {
            Token::Word(word, false) if !is_keyword(word) => word.clone(),
            Token::Text(text) => text.clone(),
            Token::Word(_, true) => return self.expected("quotes around a key with a hyphen"),
            _ => return self.expected("a property"),
        };
        self.next += 1;
        Ok(Step::Key(name))
    }
}
