// SPDX-License-Identifier: Apache-2.0

import Bytes
import DockerAPI
import Testing

@Suite("Environment mask")
struct EnvironmentMaskTests {
    static func redacted(_ json: String) throws -> String {
        String(decoding: try EnvironmentMask.inspect(Array(json.utf8)[...]), as: UTF8.self)
    }

    @Test(
        "values of environment variables are masked, their names stay",
        arguments: [
            (#""A=secret""#, #""A=‹redacted›""#), (#""A=""#, #""A=‹redacted›""#), (#""A=b=c""#, #""A=‹redacted›""#),
            (#""NOVALUE""#, #""NOVALUE""#), (#""""#, #""""#), (#""=x""#, #""=‹redacted›""#),
            (#""A\u003dsecret""#, #""A=‹redacted›""#), (#""A\"\\=x\"y""#, #""A\"\\=‹redacted›""#),
            (#""é=€""#, #""é=‹redacted›""#), (#""A=1","B","C=\n3""#, #""A=‹redacted›","B","C=‹redacted›""#),
            (#"null,1,"A=1""#, #"null,1,"A=‹redacted›""#),
        ]
    )
    func environment(entries: String, expected: String) throws {
        #expect(
            try Self.redacted(#"{"Id":"a","Config":{"Tty":false,"Env":[\#(entries)],"Cmd":["A=b"]}}"#)
                == #"{"Id":"a","Config":{"Tty":false,"Env":[\#(expected)],"Cmd":["A=b"]}}"#
        )
    }

    @Test("everything else is untouched but for white space outside of strings")
    func untouched() throws {
        let json =
            "{ \"Env\" : [\"A=1\"],\n\"n\":1.50e+00, \"s\":\"\\u00e9 \\/ é\",\r\n\t\"Config\":{\"env\":[\"A=1\"],\"Env\":null } }"
        let expected = #"{"Env":["A=1"],"n":1.50e+00,"s":"\u00e9 \/ é","Config":{"env":["A=1"],"Env":null}}"#
        #expect(try Self.redacted(json) == expected)
    }

    @Test("a name that is there twice, or written with escapes, hides nothing")
    func hiding() throws {
        let json = #"{"Config":{"Env":["A=1"],"E\u006ev":["B=2"]},"Config":{"Env":["C=3"]}}"#
        let redacted = try Self.redacted(json)
        for digit in ["1", "2", "3"] { #expect(!redacted.contains("=\(digit)")) }
    }

    @Test("a captured inspect loses nothing but the values")
    func fixture() throws {
        let body = try Fixture("inspect").body("running")
        let redacted = try EnvironmentMask.inspect(body[...])
        var minified: [UInt8] = []
        JSONMinify.append(body[...], to: &minified)
        let text = String(decoding: minified, as: UTF8.self)
        let parts = text.split(separator: "\"A=1\"", omittingEmptySubsequences: false)
        #expect(parts.count == 2)
        #expect(String(decoding: redacted, as: UTF8.self) == parts.joined(separator: "\"A=‹redacted›\""))
        #expect(try ContainerInspect(json: redacted[...]) == ContainerInspect(json: body[...]))
    }

    @Test("a slice inside a larger array is read by its own bounds")
    func slice() throws {
        let json = Array(#"XX{"Config":{"Env":["A=1","B\n=2"]}}YY"#.utf8)
        let redacted = try EnvironmentMask.inspect(json[2..<(json.count - 2)])
        #expect(String(decoding: redacted, as: UTF8.self) == #"{"Config":{"Env":["A=‹redacted›","B\n=‹redacted›"]}}"#)
    }

    @Test("what is no JSON is not kept", arguments: ["", "{", #"{"Config":{"Env":["A=1]}}"#])
    func damaged(json: String) {
        #expect(throws: WireError.self) { try Self.redacted(json) }
    }
}
