use super::*;

fn observable(form: Form, text: &str) -> Option<Value> {
    form.write(text)?.observable
}

#[test]
fn values_in_properties_and_back() {
    for (form, text, value) in [
        (Form::Port, "443", Value::from(443)),
        (Form::AsNumber, "AS65536", Value::from(65536)),
        (Form::Integer, "1234", Value::from(1234)),
        (Form::Mac, "00:1a:2b:3c:4d:5e", Value::from("00:1a:2b:3c:4d:5e")),
        (Form::Address, "198.51.100.0/24", Value::from("198.51.100.0/24")),
        (Form::Address, "2001:db8::1", Value::from("2001:db8::1")),
        (Form::Boolean, "1", Value::from(true)),
        (
            Form::Url,
            "http://a.example/b?c=%20",
            Value::from("http://a.example/b?c=%20"),
        ),
        (
            Form::Moment,
            "2024-01-02T03:04:05.000000+0000",
            Value::from("2024-01-02T03:04:05Z"),
        ),
        (Form::Protocol, "TCP", Value::from("tcp")),
    ] {
        let written = observable(form, text).unwrap();
        assert_eq!(written, value);
        assert_eq!(form.read(&written).as_deref(), Some(text));
    }
    assert_eq!(
        observable(Form::Registry, "HKLM\\Software\\Run"),
        Some(Value::from("HKEY_LOCAL_MACHINE\\Software\\Run"))
    );
}

#[test]
fn what_the_standard_forbids_stays_out_of_observations() {
    for (form, text) in [
        (Form::Url, "a.example/b"),
        (Form::Url, "http://a.example/{b}"),
        (Form::Url, "http://a example/"),
        (Form::Url, "http://[::1/"),
        (Form::Url, "http://a.example/%zz"),
        (Form::Email, "a b@c.example"),
        (Form::Email, "o'neil@c.example"),
        (Form::Domain, "a..example"),
        (Form::Domain, "a.example/x"),
    ] {
        let written = form.write(text).unwrap();
        assert_eq!(written.observable, None, "{text}");
        assert_eq!(written.constant, Constant::Text(text.to_owned()));
    }
    for (form, text) in [
        (Form::Port, "70000"),
        (Form::Port, "http"),
        (Form::Integer, "-1"),
        (Form::AsNumber, "ASX"),
        (Form::Address, "1.2.3"),
        (Form::Digest(32), "abc"),
        (Form::Moment, "soon"),
        (Form::Mac, "00:1a"),
        (Form::Float, "NaN"),
        (Form::Language, "English"),
        (Form::Cipher, "rot13"),
    ] {
        assert_eq!(form.write(text), None, "{text}");
    }
}

#[test]
fn numbers_in_quotes_are_numbers() {
    assert_eq!(Form::Port.read(&Value::from("443")).as_deref(), Some("443"));
    assert_eq!(
        Form::AsNumber.read(&Value::from("65536")).as_deref(),
        Some("AS65536")
    );
    assert_eq!(Form::Port.read(&Value::from("99999")), None);
    assert_eq!(Form::Text.read(&Value::Null), None);
}
