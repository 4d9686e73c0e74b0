using System.Globalization;
using System.Net.Sockets;

namespace NvgreGateway.Control.Configuration;

/// <summary>How values look in errors and warnings.</summary>
internal static class ErrorText
{
    /// <summary>A value in quotation marks.</summary>
    internal static string Quote(object value) => $"\"{value}\"";

    /// <summary>A number.</summary>
    internal static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>An IP version.</summary>
    internal static string Family(AddressFamily family) => family == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4";
}
