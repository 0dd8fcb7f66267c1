// SPDX-License-Identifier: Apache-2.0

internal import Patterns

/// The built-in patterns of secrets, on bytes.
///
/// They are written for PCRE2 with `(?x)`: blanks in them are for the reader. In every one, what is masked is the group
/// `secret`, which may be there several times, of which a match has one at most.
enum SecretRules {
    /// What built-in patterns may cost when compiled.
    static let limits = CompiledPattern.Limits(length: 32 << 10, compiled: 1 << 20)

    /// The patterns of each kind of secret.
    static let texts: [(kind: SecretHints.Kinds, text: String)] = [
        (.key, pemKey), (.url, url), (.authorization, authorization), (.cookie, cookie), (.shape, shape),
        (.pair, pair), (.program, program),
    ]

    /// Compiles one of the patterns.
    static func compile(_ text: String) throws(PatternRefusal) -> CompiledPattern {
        try CompiledPattern(text, of: .byte, within: limits)
    }

    // MARK: Names of secrets

    private static let passwordName = #"(?:pass(?:word|wd|phrase|code)(?:_?hash)?\d?|requirepass|masterauth)"#
    private static let secretName = #"secret(?:[_-]?(?:access[_-]?)?key(?:[_-]?base)?|[_-]?id|[_-]?token)?"#
    private static let keyName =
        #"(?:api|access|private|signing|encryption|master|account|auth|session|shared)[_-]?key(?:[_-]?id)?(?:[_-]?base64)?"#
    /// Tokens of pages of a listing and of parsers are none.
    private static let tokenName =
        #"(?<!next)(?<!page)(?<!sync)(?<!next[_-])(?<!page[_-])(?<!sync[_-])(?<!expected[ ])(?<!illegal[ ])token"#

    /// A name that is the last part of a member's name, of an argument's or of a variable's.
    static let name =
        #"(?ix)(?: \#(passwordName) | (?:\A|[_.\-]|(?-i:(?<=[a-z])(?=P)))(?:pass|pwd|pw) | \#(secretName) | \#(keyName) "#
        + #"| \#(tokenName) | basicauth\.users | x-amz-signature )\z"#
    /// A name of which the value is a secret even when it is a number.
    static let passwordNameAlone = #"(?ix)(?: \#(passwordName) | (?:\A|[_.\-])(?:pass|pwd|pin) )\z"#
    /// A name of a header that holds secrets beside other things.
    static let headerName = #"(?i)(?:authorization|cookie2?)\z"#
    /// The same names within a line.
    ///
    /// A token that is a small number is a count.
    private static let namedInLine = #"""
        (?: \#(passwordName)
          | (?<![a-z]) pwd | (?<= [_.\-\[;] ) (?: pass | pwd | pw ) | (?<= ["'] ) pass (?= \\*+["'] )
          | (?<! \d: ) \#(secretName)
          | \#(keyName)
          | \#(tokenName) (?! \\*+["']?+ [ \t]*+ [=:]++ [ \t]*+ \d{1,5} (?: [\s,;&"')}\]] | \z ) )
          | basicauth\.users | x-amz-signature | (?<![a-z0-9]) sig (?= = )
        )
        """#

    // MARK: Values

    /// What stands where a value would, and is no secret: words, what is masked already, and references.
    static let harmless = #"""
        (?: (?: null | nil | none | undefined | true | false | yes | no | not | set | unset | empty | missing | required
              | invalid | valid | expired | ok | on | off | changed | incorrect | wrong | rejected | accepted | unknown
              | failed | hidden | masked | filtered | redacted | removed | string | str | int | bytes? | token | password
              | secret | revoked | refreshed | prompt | default | optional | disabled | enabled | \*++ | x{3,} | \.{3}
              ) (?! [\w\-@!#$%^&*+/~] | \.\w )
          | \*{3} | \$[{(] | (?-i: \$[A-Z][A-Z0-9_]*+ (?!\w) ) | %[svd] | \{\{ | < [^>\s]*+ > | \[ \w*+ \] | \( \w*+ \)
          | [a-z_][\w.]*+ \( ["')]
          | /(?:run|etc|var|tmp|dev|proc|mnt|opt|usr|home|root|app|data)\b
        )
        """#
    /// A value in quotes, in single or double ones or in those of JSON within JSON.
    private static let quoted = #"""
        (?: [bru]?+ " (?! (?&harmless) " ) (?<secret> (?: [^"\\\n] | \\. )++ )
          | [bru]?+ ' (?! (?&harmless) ' ) (?: (?<secret> [^'\n]++ ) (?=') | (?<secret> [^'"\s]++ ) )
          | (?<quote> \\++["'] ) (?! (?&harmless) \\ )
            (?: (?<secret> (?: [^"\\\n] | \\. )+? ) (?<!\\) (?= \k<quote> ) | (?<secret> (?: [^"\\\n] | \\. )++ ) )
        )
        """#
    /// A value without quotes: up to white space, or to what would end it in a list, a query or a call.
    private static let bare = #"""
        (?<secret> (?: [^\s"'`\\,;&)\]}<>|\e] | \\ (?! ["'nrtu\\] )
          | [,;&)\]}>|] (?! [\s,;)\]}"'\\&|] | \z | [\w.\- ]*+ [=:] ) )++ )
        """#

    /// `password=…`, `"api_key":"…"`, `--password …`, `token: …`, and values of SQL, Redis, XML and SAS.
    ///
    /// Behind a colon and a blank stands prose too: there a value without quotes must hold a digit, or be the whole of
    /// a line of YAML.
    private static let pair = #"""
        (?ixJ)
        (?(DEFINE) (?<harmless> \#(harmless) ) (?<name> \#(namedInLine) ) (?<color> (?: \e\[ [\d;]*+ m )*+ )
          (?<next> [\w.\-]++ [=:] [^\s=] ) )
        (?: (?m: ^ ) [ \t\-]*+ (?: [\w.\-]*? ) (?&name) : [ \t]++ (?! (?&harmless) ) (?<secret> [^\s"'#\[{&*!|>%@`]\S*+ )
            (?= [ \t\r]*+ (?m:$) )
          | (?<! [\w\-] ) --?+ [\w\-.]*? (?&name)
            (?: [ \t]++ | \\*+["'] , \s*+ (?= \\*+["'] ) ) (?! \\*+["']?+ - | (?&harmless) | (?&prose) ) (?: \#(quoted) | \#(bare) )
          | (?&name) (?&color) (?: \] | %5D )?+
            (?: (?: \\*+["'] [ \t]*+ (?: => | [:=] ) | [ \t]*+ (?: => | := | ={1,2}+ ) | : (?= [^\s:/]*\d )
                  | (?<= password | passwd | passphrase ) : (?= [^\s:/] ) )
                (?&color) (?: (?=\S) | [ \t]++ (?! (?&next) ) )
                (?: \#(quoted) | (?! (?&harmless) ) \#(bare) )
              | : (?&color) [ \t]++ (?! (?&next) )
                (?: \#(quoted) | (?! (?&harmless) | https?:// ) (?= [^\s,;]{4} ) (?= [^\s,;]*\d ) \#(bare) )
              | > (?! (?&harmless) ) (?<secret> [^<\n]++ ) (?= </ )
            )
          | (?: identified (?: \s++ with \s++ \w++ )?+ \s++ by | \b password ) \s++ (?: ' (?<secret> [^'\n]++ ) ' )
          | \b (?: requirepass | masterauth ) [ \t]++ (?<secret> [^\s"']++ )
        )
        (?(DEFINE) (?<prose> (?: is | was | must | flag | option | and | or | for | to | has | instead | from | in | with
          | cannot | can | needs? | argument | value | parameter | file | reset | expired | are | not ) \b ) )
        """#

    /// `Authorization: Bearer …`, with or without a known scheme; `Bearer …` and `Basic …` anywhere.
    private static let authorization = #"""
        (?ixJ)
        (?(DEFINE) (?<harmless> \#(harmless) ) )
        (?: authorization \\*+["']?+ (?: \s*+ (?: => | [:=] ) \s*+ | > ) \[?+ \s*+ (?: \\*+["'] )?+
            (?: (?: bearer | basic | token | apikey | api-key | negotiate | ntlm | key ) \s++
                (?= [^\s"'\\]*\d | [^\s"'\\]*= | [^\s"'\\]{16} | (?-i: [^\s"'\\]*[a-z][A-Z] ) ) (?! (?&harmless) )
                (?<secret> [^\s"'\\,]++ )
              | (?! (?&harmless) | aws4-hmac | digest \b ) (?= [^\s"'\\,]*\d ) (?<secret> [^\s"'\\,]{8,} ) )
          | \b bearer (?: \s++ | \s*+ [=:] \s*+ ) (?= [\w\-.~+/]*\d | [\w\-.~+/=]{24} ) (?<secret> [A-Za-z0-9._~+/\-]{8,}+ =*+ )
          | \b basic \s++ (?= (?: [a-z0-9+/]{4} ){2,} (?: [a-z0-9+/]{2}== | [a-z0-9+/]{3}= )?+ (?! [\w+/=] ) )
            (?= [a-z0-9+/]*[\d=] | (?-i: (?: [A-Za-z0-9+/]*?[a-z][A-Z] ){3} ) ) (?<secret> [a-z0-9+/=]++ )
          | \b signature = (?<secret> [0-9a-f]{40,} )
        )
        """#

    /// The values of `Cookie:` and `Set-Cookie:`, without the attributes of the latter (RFC 6265 §4.1.1).
    private static let cookie = #"""
        (?ixJ)
        (?: (?<![a-z]) (?: set-?+ )?+ cookie2?+ \\*+["']?+ \s*+ [:=] \s*+ \[?+ \s*+ (?: \\*+["'] )?+ | \G (?!\A) ;[ ]?+ )
        (?! (?: path | domain | expires | max-age | samesite | secure | httponly | priority | partitioned ) \b )
        (?: [\w!#$%&*+.^`|~\-]++ = (?<secret> [^\s;,"'\\]++ )
          | (?= [^\s;,"'\\]*\d ) (?<secret> [^\s;,"'\\=]{8,} (?! = ) ) )
        """#

    /// `scheme://user:password@host`, and `user:password@tcp(host)` as Go's MySQL driver has it.
    ///
    /// The password may hold an `@`, and reaches to the last one.
    private static let url = #"""
        (?ixJ)
        (?: (?: :// | :\\/\\/ ) [^\s/:@"'<>\\?#]*+ :
        (?! (?: \*++ | x{3,} | \$\{ [^}]*+ \} | < [^>]*+ > | %s | \{\{ [^}]*+ \}\} ) @ )
        (?<secret> [^\s/"'<>\\?]+ ) @
          | (?<! [\w.\-/] ) [\w.\-]++ : (?<secret> [^\s/"'<>]+ ) @ (?: tcp | unix | udp ) \( )
        """#

    /// What stands between the two lines of a private key, where it was written into one.
    private static let pemKey = #"""
        (?xs)
        -----BEGIN[ ][A-Z0-9 ]* PRIVATE[ ]KEY (?:[ ]BLOCK)?+ -----
        (?= (?: \s | \\[nr] )*+ [A-Za-z0-9+/] ) (?<secret> (?: [^"\\] | \\[^"] )+? ) (?= -----END | \\*+" | \z )
        """#

    /// Tokens that are told by their maker's prefix, and JSON Web Tokens (RFC 7519).
    private static let shape = #"""
        (?x)
        (?<! [A-Za-z0-9] )
        (?: A(?:KIA|SIA|IDA|ROA) [A-Z0-9]{16} (?! [A-Za-z0-9] )
          | gh[pousr]_ [A-Za-z0-9]{30,} | github_pat_ \w{22,}
          | gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent)- [\w\-.]{18,}
          | xox[abeoprs] (?: \.xox[bp] )?+ - [A-Za-z0-9\-]{10,} | xapp- [A-Za-z0-9\-]{10,}
          | hooks\.slack\.com/(?:services|workflows|triggers)/ (?<secret> \w++ (?: / [\w\-]++ )+ )
          | [rs]k_(?:live|test)_ [A-Za-z0-9]{10,} | whsec_ [A-Za-z0-9+/=]{16,}
          | npm_ [A-Za-z0-9]{30,} | pypi- [\w\-]{40,}
          | AIza [\w\-]{35} | ya29\. [\w\-.]{20,} | GOCSPX- [\w\-]{20,}
          | sk- (?= [\w\-]*\d ) (?= [\w\-]*[A-Z] ) [\w\-]{20,} | gsk_ \w{30,} | xai- [A-Za-z0-9]{30,}
          | SG\. [\w\-]{16,} \. [\w\-]{16,} | hf_ [A-Za-z0-9]{30,} | dckr_pat_ [\w\-]{20,} | hvs\. [\w\-]{20,}
          | dop_v1_ [a-f0-9]{32,} | shpat_ [a-fA-F0-9]{32} | AGE-SECRET-KEY- [A-Z0-9]{20,}
          | eyJ [\w\-]{8,} \. [\w\-]{8,} (?: \. [\w\-]*+ ){0,3}
        )
        """#

    /// Programs whose short options hold passwords.
    private static let program = #"""
        (?xJ)
        (?: \b (?: mysql\w*+ | mariadb[\w\-]*+ ) \b [^|;&\n]*? \s -p (?! \s ) (?: ' (?<secret> [^'\n]++ ) ' | (?<secret> [^\s"'\\]++ ) )
          | \b sshpass \s++ -p \s*+ (?: ' (?<secret> [^'\n]++ ) ' | \\*+"(?<secret> [^"\\\n]++ ) | (?<secret> [^\s"'\\]++ ) )
          | \b (?: docker | podman | nerdctl | helm \s++ registry | oras | crane ) \s++ login \b [^|;&\n]*? \s -p [ =]?+ ["']?+ (?<secret> [^\s"'\\]++ )
          | \b redis-cli \b [^|;&\n]*? \s -a \s*+ ["']?+ (?<secret> [^\s"'\\]++ )
          | \b mongo\w*+ \b [^|;&\n]*? \s -p [ =]?+ ["']?+ (?<secret> [^\s"'\\]++ )
          | \b curl \b [^|;\n]*? \s (?: -u | --user | -U | --proxy-user ) [ =]?+ ["']?+ [^\s:"'\\]++ : (?<secret> [^\s"'\\]++ )
        )
        """#
}
