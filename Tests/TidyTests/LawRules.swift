// SPDX-License-Identifier: Apache-2.0

import Testing

/// The design's laws, each of which is a test with its number in the test's name.
@Suite struct LawRules {
    /// The laws that hold now; the others begin to with recordings and simulation.
    static let required: Set<Int> = [1, 2, 4, 5, 7, 8, 9]

    @Test("Law 1: nothing behind the sources asks which mode it is in, or knows a source by name")
    func oneFlow() {
        // The mode is printed; what code may do depends on capabilities.
        let questions = ["mode ==", "mode !=", "== mode", "!= mode", "switch mode", "mode {"]
        let names = ["LiveSource(", "LiveSource.", ": LiveSource", "as? LiveSource", "is LiveSource"]
        var found: [String] = []
        for (file, code) in PackageTree.shared.sources where file.area == "Sources" {
            // The source knows itself; below these two modules nothing knows of sources, above them one is made.
            guard ["Observer", "Server"].contains(file.target), !file.path.hasPrefix("Sources/Observer/Live/") else {
                continue
            }
            for phrase in (questions + names).map({ Phrase($0) }) {
                found += phrase.lines(in: code.code).map { "\(file.path):\($0): \(phrase.text)" }
            }
        }
        #expect(found == [])
    }

    @Test("every law that holds has a test that carries its number")
    func lawsHaveTests() {
        var tests: [Int: Int] = [:]
        for file in PackageTree.shared.files where file.isSwift && file.area == "Tests" {
            let lines = file.lines
            for number in Phrase("Law").lines(in: Array(file.text.utf8)) {
                // The name stands in the attribute's line or, where arguments follow, in the one behind it.
                let attribute = lines[max(0, number - 2)..<number].joined()
                guard attribute.contains("@Test(") || attribute.contains("@Suite(") else { continue }
                for match in lines[number - 1].matches(of: /Law (\d)/) {
                    if let law = Int(match.1) { tests[law, default: 0] += 1 }
                }
            }
        }
        print("laws and their tests: \(tests.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" })")
        #expect(Self.required.subtracting(tests.keys).sorted() == [])
        #expect(tests.keys.filter { !(1...9).contains($0) } == [])
    }
}
