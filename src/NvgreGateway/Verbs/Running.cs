using System.Net.Sockets;
using NvgreGateway.Exchange;

namespace NvgreGateway.Verbs;

/// <summary>Finds the gateway that a verb speaks to.</summary>
internal static class Running
{
    /// <summary>The name that was given, or that of the only gateway that runs.</summary>
    /// <param name="name">The name given, or null.</param>
    /// <param name="error">Why there is none.</param>
    /// <returns>The name, or null.</returns>
    internal static string? Find(string? name, out string error)
    {
        error = "";
        if (name is not null)
        {
            return name;
        }

        string folder = Path.GetDirectoryName(GatewayPaths.Runtime("x"))!;
        string[] names = Directory.Exists(folder)
            ? [.. Directory.GetDirectories(folder).Select(d => Path.GetFileName(d)!).Where(n => File.Exists(GatewayPaths.Socket(n))).Order()]
            : [];
        names = names.Length > 1 ? [.. names.Where(Answers)] : names; // one that was killed leaves its socket
        if (names.Length == 1)
        {
            return names[0];
        }

        error = names.Length == 0
            ? "no gateway is running on this machine"
            : $"several gateways are running, say which with --name: {string.Join(", ", names)}";
        return null;
    }

    private static bool Answers(string name)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(GatewayPaths.Socket(name)));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
