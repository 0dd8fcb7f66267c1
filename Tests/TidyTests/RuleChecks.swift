// SPDX-License-Identifier: Apache-2.0

import Testing

/// Checks that the rules find what they are made for.
@Suite struct RuleChecks {
    @Test("strings and comments are no code")
    func masking() {
        let code = SwiftCode(
            #"""
            let a = "try! // \(b("x")) as!" // as! here
            let b = #"raw " as!"# + "\"as!"
            let c = """
                as! "quoted"
                """
            try! d() /* as! */
            """#
        )
        let force = Phrase("as!")
        #expect(force.lines(in: code.code) == [])
        #expect(Phrase("try!").lines(in: code.code) == [6])
        #expect(force.lines(in: code.comments) == [1, 6])
    }

    @Test(
        "a phrase stands alone",
        arguments: [("as! X", true), ("x as! X", true), ("alias! X", false), ("has!", false)]
    )
    func words(_ line: String, _ isFound: Bool) {
        #expect(Phrase("as!").isFound(in: line) == isFound)
    }

    @Test("a function reaches from its first line to its closing brace")
    func functionLengths() {
        let code = SwiftCode(
            """
            protocol P {
                func without(_ a: Int) async
                var read: Int { get }
            }
            func long(
                _ a: Int,
                _ b: Int = { 1 }()
            ) -> Int
            where A: B {
                if a { "}" }
                self.init(b)
            }
            """
        )
        let functions = FunctionLengths.functions(in: code)
        #expect(functions.map(\.line) == [3, 5])
        #expect(functions.map(\.length) == [1, 8])
    }

    @Test(
        "an import is read whatever stands before it",
        arguments: [
            "import A", "public import A", "@testable import A", "internal import struct A.B",
            "@_exported public import A",
        ]
    )
    func imports(_ line: String) {
        #expect(ImportRules.importedModule(line) == "A")
        #expect(ImportRules.importedModule("let important = 1") == nil)
    }
}
