// SPDX-License-Identifier: Apache-2.0

/// Which of a command's arguments are secrets because of the option before them.
enum ArgumentVector {
    /// An argument that is one, from some byte on.
    struct Secret: Sendable, Hashable {
        /// How many of its first bytes are none: `user:` of curl's, `-p` of mysql's.
        var kept = 0
    }

    /// Which programs were named so far: a vector may have a hundred thousand words.
    private struct Programs {
        /// Those that take a password behind `-p`.
        var askWithP = false
        var haveRedis = false
        var haveCurl = false
        var haveMySQL = false

        mutating func note(_ name: String) {
            if name.hasPrefix("mongo") || name.hasPrefix("sshpass") || name == "login" { askWithP = true }
            if name.hasPrefix("redis-cli") { haveRedis = true }
            if name.hasPrefix("curl") { haveCurl = true }
            if name.hasPrefix("mysql") || name.hasPrefix("mariadb") { haveMySQL = true }
        }
    }

    /// The secrets by their place; `meaning` tells what an option's name says of its value.
    static func secrets(
        of arguments: [[UInt8]],
        meaning: (ArraySlice<UInt8>) -> SecretFinder.Meaning
    ) -> [Int: Secret] {
        var secrets: [Int: Secret] = [:]
        let dash = UInt8(ascii: "-")
        var programs = Programs()
        let beginsWithOption = arguments.first?.first == dash
        for (index, argument) in arguments.enumerated() {
            guard argument.first == dash, argument.count > 1 else {
                programs.note(program(argument))
                continue
            }
            let name = argument.drop { $0 == dash }
            let next = index + 1 < arguments.count ? arguments[index + 1] : []
            if argument.count > 3, !name.contains(UInt8(ascii: "=")) {
                let meaning = meaning(name)
                if meaning == .secret || meaning == .password, !next.isEmpty, next.first != dash {
                    secrets[index + 1] = Secret()
                }
            }
            note(argument, next, at: index, programs, &secrets)
            if beginsWithOption, argument == Array("-p".utf8), isLikePassword(next) { secrets[index + 1] = Secret() }
        }
        return secrets
    }

    /// Short options of known programs.
    private static func note(
        _ argument: [UInt8],
        _ next: [UInt8],
        at index: Int,
        _ programs: Programs,
        _ secrets: inout [Int: Secret]
    ) {
        let option = String(decoding: argument, as: UTF8.self)
        switch option {
        case "-p" where programs.askWithP: secrets[index + 1] = Secret()
        case "-a" where programs.haveRedis: secrets[index + 1] = Secret()
        case "-u" where programs.haveCurl, "-U" where programs.haveCurl, "--user" where programs.haveCurl,
            "--proxy-user" where programs.haveCurl:
            if let colon = next.firstIndex(of: UInt8(ascii: ":")) { secrets[index + 1] = Secret(kept: colon + 1) }
        case _ where option.hasPrefix("-p") && option.count > 2 && programs.haveMySQL:
            secrets[index] = Secret(kept: 2)
        default: break
        }
    }

    /// The last part of a path.
    private static func program(_ argument: [UInt8]) -> String {
        // A script is no program; its words are looked at as text.
        guard argument.count < 256, !argument.contains(UInt8(ascii: " ")) else { return "" }
        return String(decoding: argument.split(separator: UInt8(ascii: "/")).last ?? [], as: UTF8.self)
    }

    /// Whether what follows the `-p` of a program that is not known is no port, path, number or name.
    private static func isLikePassword(_ text: [UInt8]) -> Bool {
        guard text.count >= 6, !text.contains(where: { "/:=.".utf8.contains($0) }), text.first != UInt8(ascii: "-")
        else {
            return false
        }
        let hasDigit = text.contains { $0 &- UInt8(ascii: "0") < 10 }
        return hasDigit && text.contains { ($0 | 0x20) &- UInt8(ascii: "a") < 26 }
    }
}
