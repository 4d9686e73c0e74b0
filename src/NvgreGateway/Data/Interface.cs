using System.Runtime.InteropServices;

namespace NvgreGateway.Data;

/// <summary>What the kernel says of a network interface that a DPDK driver stands on; without allocation.</summary>
internal static partial class Interface
{

    /// <summary>Whether the interface is there; with an index above 0, whether it is still the same one.</summary>
    internal static bool Exists(string name, uint index)
    {
        uint now = IndexOf(name);
        return now != 0 && (index == 0 || now == index);
    }

    /// <summary>Whether it is up and has a carrier.</summary>
    internal static unsafe bool IsUp(string name)
    {
        int socket = Socket(2, 2 | 0x80000, 0); // AF_INET, SOCK_DGRAM | SOCK_CLOEXEC: any socket serves for the question
        if (socket < 0)
        {
            return true; // cannot be asked: what the driver says stands
        }

        byte* request = stackalloc byte[40];
        new Span<byte>(request, 40).Clear();
        for (int i = 0; i < Math.Min(name.Length, 15); i++)
        {
            request[i] = (byte)name[i];
        }

        int status = IoControl(socket, 0x8913, request); // SIOCGIFFLAGS
        short flags = *(short*)(request + 16);
        _ = Close(socket); // nothing was written through it
        return status == 0 && (flags & 1) != 0 && (flags & 0x40) != 0; // IFF_UP, IFF_RUNNING
    }

    [LibraryImport("libc", EntryPoint = "if_nametoindex", StringMarshalling = StringMarshalling.Utf8)]
    private static partial uint IndexOf(string name);

    [LibraryImport("libc", EntryPoint = "socket")]
    private static partial int Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static unsafe partial int IoControl(int descriptor, ulong request, void* argument);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
