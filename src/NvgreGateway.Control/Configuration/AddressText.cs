using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace NvgreGateway.Control.Configuration;

/// <summary>
/// Reads addresses strictly. The class library also takes <c>1</c>, <c>192.0.513</c> and octal octets for IPv4, and a
/// scope or brackets for IPv6; in a configuration these are typing errors.
/// </summary>
internal static class AddressText
{
    private const int LongestAddress = 45;

    public static bool TryParse(string text, out IPAddress address)
    {
        address = IPAddress.Any;
        if (text.Length is 0 or > LongestAddress || !text.All(static c => char.IsAsciiHexDigit(c) || c is '.' or ':') || !IPAddress.TryParse(text, out IPAddress? parsed))
        {
            return false;
        }

        if (parsed.AddressFamily == AddressFamily.InterNetwork && !string.Equals(parsed.ToString(), text, StringComparison.Ordinal))
        {
            return false;
        }

        address = parsed;
        return true;
    }

    public static bool TryParsePrefix(string text, out IPAddress address, out int length)
    {
        address = IPAddress.Any;
        length = 0;
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && TryParse(text[..slash], out address) && TryParseNumber(text.AsSpan(slash + 1), AddressMath.Bits(address), out length);
    }

    /// <summary>Reads decimal digits without sign, blanks or leading zeros.</summary>
    public static bool TryParseNumber(ReadOnlySpan<char> text, int most, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= most && (text.Length == 1 || text[0] != '0');
}
