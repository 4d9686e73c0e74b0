namespace NvgreGateway.Packets.Tests;

internal static class Hex
{
    /// <summary>Bytes of hexadecimal digits; blanks are for the reader.</summary>
    public static byte[] Bytes(string text) => Convert.FromHexString(string.Concat(text.Where(c => !char.IsWhiteSpace(c))));
}
