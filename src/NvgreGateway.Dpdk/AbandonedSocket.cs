using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace NvgreGateway.Dpdk;

/// <summary>
/// What a process that was killed leaves of a Unix socket: a file that nobody listens to, and in whose place no driver makes another (EADDRINUSE),
/// so that its successor would be without the port for good.
/// </summary>
internal static partial class AbandonedSocket
{
    /// <summary>Removes the file of a socket, if it is one and nobody listens to it; anything else stays, for the driver to complain about.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Whether it was removed.</returns>
    internal static bool Remove(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        // A socket of another kind than drivers make: who listens is told apart from nobody, and notices nothing.
        using var asker = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            asker.Connect(new UnixDomainSocketEndPoint(path));
            return false;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused && IsSocket(path))
        {
            File.Delete(path);
            return true;
        }
        catch (Exception e) when (e is SocketException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // Connecting to an ordinary file is refused in the same word.
    private static unsafe bool IsSocket(string path)
    {
        const int CurrentFolder = -100, NoFollow = 0x100, StatusBytes = 256, ModeAt = 28, TypeMask = 0xF000, SocketType = 0xC000; // linux/stat.h
        byte* status = stackalloc byte[StatusBytes];
        return Statx(CurrentFolder, path, NoFollow, 1, status) == 0 && (*(ushort*)(status + ModeAt) & TypeMask) == SocketType;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Statx(int folder, string path, int flags, uint mask, byte* status);
}
