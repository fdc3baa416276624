//! What is found in texts, rule by rule. spec: 04#8

use entente_indicator::free_text::{Found, Lists, recognise, recognise_one};

const FUZZY: &str = "96:s4Ud1Lj96tHHlZDrwciQmA+4uy1I0G4HYuL8N3TzS8QsO:sF1LjEtHHlZDrJzrhuyZvHYm8tKp";

/// `type value`, with the comment behind if there is one: `domain example.org (On port 80)`.
fn short(found: &Found) -> String {
    let comment = found.comment.text().map(|text| format!(" ({text})"));
    format!(
        "{} {}{}",
        found.default_type(),
        found.value,
        comment.unwrap_or_default()
    )
}

fn finds(text: &str) -> Vec<String> {
    recognise(text, Lists::built_in()).iter().map(short).collect()
}

/// Checks what single candidates become; an empty answer is none.
fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        let found = recognise_one(text, Lists::built_in());
        assert_eq!(found.as_ref().map(short).unwrap_or_default(), *expected, "{text}");
    }
}

#[test]
fn a_addresses_as_they_stand() {
    check(&[
        ("1.1.1.1", "ip-dst 1.1.1.1"),
        ("2001:db8::1", "ip-dst 2001:db8::1"),
        ("2001:DB8::0001", "ip-dst 2001:DB8::0001"),
        ("2001:db8::8080", "ip-dst 2001:db8::8080"),
        ("::ffff:192.0.2.1", "ip-dst ::ffff:192.0.2.1"),
        ("(192.0.2.1),", "ip-dst 192.0.2.1"),
        ("999.1.1.1", ""),
        ("1.2.3", ""),
        ("192.000.002.010", ""),
        ("fe80::1%eth0", ""),
    ]);
}

#[test]
fn b_hashes_by_their_length() {
    for (length, ty) in [
        (32, "md5"),
        (40, "sha1"),
        (56, "sha224"),
        (64, "sha256"),
        (96, "sha384"),
        (128, "sha512"),
    ] {
        let digest = "0aF1".repeat(length / 4);
        check(&[
            (&digest, &format!("{ty} {digest}")),
            (
                &format!("a.exe|{digest}"),
                &format!("filename|{ty} a.exe|{digest}"),
            ),
            (
                &format!("bin/httpd|{digest}"),
                &format!("filename|{ty} bin/httpd|{digest}"),
            ),
            (&format!("|{digest}"), ""),
            (&format!("a|b|{digest}"), ""),
            (&format!("{digest}0"), ""),
            (&digest.replace('F', "g"), ""),
        ]);
    }
}

#[test]
fn b_fuzzy_hashes_are_no_times() {
    check(&[
        (FUZZY, &format!("ssdeep {FUZZY}")),
        (
            &format!("a.exe|{FUZZY}"),
            &format!("filename|ssdeep a.exe|{FUZZY}"),
        ),
        ("3:abc:d", "ssdeep 3:abc:d"),
        ("12:30:15", ""),
        ("9:30:15", ""),
        ("12:30:15Z", ""),
        ("12:30:15+0200", ""),
        ("12:30:15PM", ""),
        ("12:30", ""),
        ("3::zz", ""),
        ("3:abc:", ""),
        ("3:abc:d:e", ""),
        ("x:abc:d", ""),
    ]);
}

#[test]
fn c_what_was_defanged_is_live_again() {
    check(&[
        ("hxxp://evil[.]example[.]com/a", "url http://evil.example.com/a"),
        ("HXXPS://evil[dot]com/", "url httpS://evil.com/"),
        ("hxtp://evil(dot)com/", "url http://evil.com/"),
        ("htxp://evil.com/", "url http://evil.com/"),
        ("meow://evil.com/", "url http://evil.com/"),
        ("h[tt]ps://evil.com/", "url https://evil.com/"),
        ("[hxxp://]evil.com/", "url http://evil.com/"),
        ("hxxp[:]//evil[.]com/", "url http://evil.com/"),
        ("hxxps[://]evil[.]com/", "url https://evil.com/"),
        ("ev[i]l[.]com", "domain evil.com"),
        ("evil[.]com[.]", "domain evil.com"),
        ("evil(dot)com", "domain evil.com"),
        ("1.2.3[.]4", "ip-dst 1.2.3.4"),
        ("1[.]2[.]3[.]4", "ip-dst 1.2.3.4"),
        ("2001[:]db8[:][:]1", "ip-dst 2001:db8::1"),
        ("1.2.3[.]4[:]8080", "ip-dst|port 1.2.3.4|8080 (On port 8080)"),
        ("1.2.3[.]0/24", "ip-dst 1.2.3.0/24"),
        ("user[at]example[dot]org", "email-src user@example.org"),
        ("user[@]example[.]org", "email-src user@example.org"),
        ("http://a.com/?x[0]=1&y[a]=2", "url http://a.com/?x[0]=1&y[a]=2"),
        ("meow.example.org", "hostname meow.example.org"),
        ("evil(.)com", ""),
    ]);
}

#[test]
fn d_mail_addresses() {
    check(&[
        ("foo@bar.de", "email-src foo@bar.de"),
        (
            "First.Last+tag@sub.example.com",
            "email-src First.Last+tag@sub.example.com",
        ),
        ("o'neill@example.local", "email-src o'neill@example.local"),
        ("grün@münchen.de", "email-src grün@münchen.de"),
        ("user@[192.0.2.1]", "email-src user@[192.0.2.1]"),
        ("foo@localhost", ""),
        ("@example.org", "filename @example.org"),
        ("a..b@example.org", "filename a..b@example.org"),
        ("foo@1.2.3.4", ""),
        ("a@b@c", ""),
    ]);
    let long = format!("{}@example.org", "a".repeat(65));
    check(&[(&long, &format!("filename {long}"))]);
}

#[test]
fn e_ports_brackets_and_networks() {
    check(&[
        ("1.2.3.4:80", "ip-dst|port 1.2.3.4|80 (On port 80)"),
        ("1.2.3.4:65535", "ip-dst|port 1.2.3.4|65535 (On port 65535)"),
        ("[2001:db8::1]:443", "ip-dst|port 2001:db8::1|443 (On port 443)"),
        (
            "2001:db8:0:0:0:0:0:1:443",
            "ip-dst|port 2001:db8:0:0:0:0:0:1|443 (On port 443)",
        ),
        ("[2001:db8::1]", "ip-dst 2001:db8::1"),
        ("10.0.0.0/8", "ip-dst 10.0.0.0/8"),
        ("2001:db8::/32", "ip-dst 2001:db8::/32"),
        ("1.2.3.4/24:80", "ip-dst 1.2.3.4/24 (On port 80)"),
        ("evil.com:8080", "domain evil.com (On port 8080)"),
        ("a.evil.com:80", "hostname a.evil.com (On port 80)"),
        ("1.2.3.4:8", ""),
        ("1.2.3.4:65536", ""),
        ("1.2.3.4:00", ""),
        ("1.2.3.4:123456", ""),
        ("1.2.3.4:x", ""),
        ("[1.2.3.4]:80", ""),
        ("2001:db8::/129", ""),
        // Neither an address nor a network: the start of a URL.
        ("10.0.0.0/33", "url 10.0.0.0/33"),
    ]);
}

#[test]
fn f_names_below_known_endings() {
    check(&[
        ("example.com", "domain example.com"),
        ("Example.COM", "domain Example.COM"),
        ("example.com.", "domain example.com"),
        ("sub.domain.example.org", "hostname sub.domain.example.org"),
        ("_dmarc.example.org", "hostname _dmarc.example.org"),
        ("münchen.de", "domain münchen.de"),
        ("www.münchen.de", "hostname www.xn--mnchen-3ya.de"),
        ("xn--mnchen-3ya.de", "domain xn--mnchen-3ya.de"),
        ("expyuzz4wqqyqhjn.onion", "domain expyuzz4wqqyqhjn.onion"),
        ("archive.zip", "domain archive.zip"),
        ("my_archive.zip", "filename my_archive.zip"),
        ("example.zzz", "filename example.zzz"),
        ("a..com", "filename a..com"),
        ("localhost", ""),
        ("com", ""),
    ]);
    let long = format!("{}.com", "a".repeat(250));
    check(&[(&long, &format!("filename {long}"))]);
}

#[test]
fn f_links_lead_to_vendors_by_https() {
    check(&[
        (
            "https://www.virustotal.com/gui/file/x",
            "link https://www.virustotal.com/gui/file/x",
        ),
        ("HTTPS://VirusTotal.com", "link HTTPS://VirusTotal.com"),
        (
            "hxxps://hybrid-analysis[.]com/sample/1",
            "link https://hybrid-analysis.com/sample/1",
        ),
        (
            "http://www.virustotal.com/gui",
            "url http://www.virustotal.com/gui",
        ),
        ("https://notvirustotal.com/x", "url https://notvirustotal.com/x"),
        (
            "https://virustotal.com@evil.com/",
            "url https://virustotal.com@evil.com/",
        ),
        (
            "https://virustotal.com.evil.com/",
            "url https://virustotal.com.evil.com/",
        ),
        (
            "https://evil.com/virustotal.com",
            "url https://evil.com/virustotal.com",
        ),
        // What the type would refuse is a URL still.
        ("https://virustotal.com/ü", "url https://virustotal.com/ü"),
        ("virustotal.com/gui", "url virustotal.com/gui"),
    ]);
    let lists = Lists::new(["test"], ["vendor.test"]);
    let own = |text| recognise_one(text, &lists).as_ref().map(short);
    assert_eq!(
        own("https://a.vendor.test/x").as_deref(),
        Some("link https://a.vendor.test/x")
    );
    assert_eq!(
        own("https://virustotal.com/x").as_deref(),
        Some("url https://virustotal.com/x")
    );
    assert_eq!(own("a.test").as_deref(), Some("domain a.test"));
    assert_eq!(own("a.com").as_deref(), Some("filename a.com"));
}

#[test]
fn f_urls_have_a_host() {
    check(&[
        ("http://evil.com", "url http://evil.com"),
        ("http://evil.com:8080", "url http://evil.com:8080 (On port 8080)"),
        ("http://1.2.3.4:8080/Mozi.m", "url http://1.2.3.4:8080/Mozi.m"),
        ("ftp://u:p@evil.com/x.bin", "url ftp://u:p@evil.com/x.bin"),
        ("tcp://1.2.3.4:443", "url tcp://1.2.3.4:443 (On port 443)"),
        (
            "http://[2001:db8::1]:80/x.bin",
            "url http://[2001:db8::1]:80/x.bin",
        ),
        ("http://a_b.example/x", "url http://a_b.example/x"),
        ("http://evil.com/ä?q=a|b", "url http://evil.com/ä?q=a|b"),
        ("file:///tmp/x.sh", "url file:///tmp/x.sh"),
        ("evil.com/index.php", "url evil.com/index.php"),
        ("evil.com:8080/index.php", "url evil.com:8080/index.php"),
        ("evil.example/path", "url evil.example/path"),
        ("1.2.3.4/bins.sh", "url 1.2.3.4/bins.sh"),
        ("http:///x.sh", ""),
        ("http://a b.com/", ""),
        ("://evil.com", ""),
        ("src/main.rs", "filename src/main.rs"),
        ("1.5/2.0", ""),
    ]);
}

#[test]
fn f_files_have_an_extension() {
    check(&[
        ("setup.exe", "filename setup.exe"),
        ("a.7z", "filename a.7z"),
        ("/tmp/evil.bash", "filename /tmp/evil.bash"),
        ("report[1].exe", "filename report[1].exe"),
        ("invoice[.]exe", "filename invoice.exe"),
        ("\"my file.exe\"", "filename my file.exe"),
        (r"C:\Windows\evil.exe", r"filename C:\Windows\evil.exe"),
        (r"HKLM\Software\evil.exe", r"filename HKLM\Software\evil.exe"),
        ("example.zzz:8080", ""),
        ("1.25", ""),
        ("a.b_c", ""),
        ("*.exe", ""),
        ("href=\"evil.exe", ""),
    ]);
    let long = format!("{}.exe", "a".repeat(300));
    check(&[(&long, "")]);
}

#[test]
fn g_backslashes_are_paths_or_keys() {
    check(&[
        (
            r"HKLM\Software\Microsoft\Windows\CurrentVersion\Run",
            r"regkey HKLM\Software\Microsoft\Windows\CurrentVersion\Run",
        ),
        (r"HKCU\Software\Foo.Bar\Run", r"regkey HKCU\Software\Foo.Bar\Run"),
        (
            r#""HKLM\Software\Windows NT\Run""#,
            r"regkey HKLM\Software\Windows NT\Run",
        ),
        (r"C:\Windows\evil", r"filename C:\Windows\evil"),
        (r"dir\a.b_c", r"filename dir\a.b_c"),
        (r"%TEMP%\x.v1.0", r"filename %TEMP%\x.v1.0"),
        (r"look at HKLM\Software", ""),
    ]);
}

#[test]
fn h_identifiers_and_numbers() {
    check(&[
        ("CVE-2024-1234", "vulnerability CVE-2024-1234"),
        ("cve-2023-9999", "vulnerability CVE-2023-9999"),
        ("cve–2023–99999", "vulnerability CVE-2023-99999"),
        ("CVE-2024-123", ""),
        ("CVE-24-12345", ""),
        ("AS64496", "AS AS64496"),
        ("as64496", "AS AS64496"),
        ("AS4294967296", ""),
        ("ASX", ""),
        ("AS", ""),
        (
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
            "btc 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
        ),
        (
            "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
            "btc 3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
        ),
        (
            "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
            "btc bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
        ),
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", ""),
        ("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdp", ""),
    ]);
}

#[test]
fn h_telephone_numbers_are_no_dates() {
    check(&[
        ("+41225550100", "phone-number +41225550100"),
        ("+41(0)225550100", "phone-number +41(0)225550100"),
        ("+1-202-555-0123", "phone-number +1-202-555-0123"),
        ("\"+41 22 555 01 00\"", "phone-number +41 22 555 01 00"),
        ("022/555-01-00", "phone-number 022/555-01-00"),
        ("555-0100", "phone-number 555-0100"),
        ("2024-01-31", ""),
        ("31-01-2024", ""),
        ("01-31-2024", ""),
        ("2019-2024", ""),
        ("20240131-120000", ""),
        ("24-01-31", ""),
        ("-1234567", ""),
        ("1234567-", ""),
        ("123--4567", ""),
        ("1234567", ""),
        ("+", ""),
        ("+12", ""),
        ("00000000-0000-0000-0000-000000000000", ""),
    ]);
}

#[test]
fn candidates_are_trimmed_and_come_once() {
    assert_eq!(
        finds("'evil.com', (evil.com.) \"evil.com\" evil[.]com"),
        ["domain evil.com"]
    );
    assert_eq!(finds("b.com a.com;b.com<c.com>d.com,e.com").len(), 5);
    assert!(finds("").is_empty() && finds(" .,() \0\u{a0}\n").is_empty());
    // Only phrases that are no words come last.
    assert_eq!(
        finds("\"my file.exe\" then evil.com"),
        ["filename file.exe", "domain evil.com", "filename my file.exe"]
    );
    // MISP compares values as they are written, and so do we: saving may find two of them to be the same.
    assert_eq!(finds("evil.com EVIL.com").len(), 2);
    assert_eq!(finds("http://a.com/x http://a.com/X").len(), 2);
}

#[test]
fn original_values_are_what_was_written() {
    let found = recognise("(user[at]example[dot]org), hxxp://x[.]com/", Lists::built_in());
    let originals: Vec<_> = found.iter().map(|found| found.original_value.as_str()).collect();
    assert_eq!(originals, ["user[at]example[dot]org", "hxxp://x[.]com/"]);
}

/// Texts whose answer by a MISP server is recorded.
#[test]
fn whole_texts_are_read_like_misp_reads_them() {
    for (text, expected) in [
        ("1.1.1.1 foo@bar.de", "ip-dst 1.1.1.1, email-src foo@bar.de"),
        (
            "CVE-2024-1234 cve-2023-9999",
            "vulnerability CVE-2024-1234, vulnerability CVE-2023-9999",
        ),
        (
            "sub.domain.example.org domain.com example.zzz",
            "hostname sub.domain.example.org, domain domain.com, filename example.zzz",
        ),
        (
            "user[at]example[dot]org, first.last@sub.example.com",
            "email-src user@example.org, email-src first.last@sub.example.com",
        ),
        (
            r#"{"ioc":["198.51.100.7","evil.net"],"nested":{"hash":"d41d8cd98f00b204e9800998ecf8427e"}}"#,
            "ip-dst 198.51.100.7, domain evil.net, md5 d41d8cd98f00b204e9800998ecf8427e",
        ),
        (
            "setup.exe; loader.dll; notes.txt 10.20.30.40",
            "filename setup.exe, filename loader.dll, filename notes.txt, ip-dst 10.20.30.40",
        ),
        (
            "expyuzz4wqqyqhjn.onion münchen.de xn--mnchen-3ya.de 999.1.1.1",
            "domain expyuzz4wqqyqhjn.onion, domain münchen.de, domain xn--mnchen-3ya.de",
        ),
    ] {
        assert_eq!(finds(text).join(", "), expected);
    }
}
