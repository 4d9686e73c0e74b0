using System.Runtime.InteropServices;
using System.Text;

namespace NvgreGateway.Dpdk;

/// <summary>
/// The kernel's network interface behind a vdev, in the network namespace of the calling thread. Asked by system call rather than through
/// /sys, which may show another namespace.
/// </summary>
internal static unsafe partial class KernelInterface
{
    private const int NameLength = 16;   // IFNAMSIZ
    private const int RequestLength = 40; // struct ifreq
    private const int InternetFamily = 2;
    private const int DatagramCloseOnExec = 2 | 0x80000;
    private const nuint GetFlags = 0x8913;
    private const nuint GetMtuRequest = 0x8921;
    private const nuint SetMtuRequest = 0x8922;
    private const short Running = 0x40;

    /// <summary>Whether there is an interface of this name.</summary>
    internal static bool Exists(string name)
    {
        fixed (byte* text = Encoding.UTF8.GetBytes(name + '\0'))
        {
            return NameToIndex(text) != 0;
        }
    }

    /// <summary>Whether the interface is still there. Allocates nothing.</summary>
    internal static bool Exists(uint index)
    {
        var name = stackalloc byte[NameLength];
        return IndexToName(index, name) != null;
    }

    /// <summary>Whether the interface is up with a carrier. Allocates nothing.</summary>
    internal static bool IsRunning(uint index)
    {
        var request = stackalloc byte[RequestLength];
        return Ask(index, GetFlags, request) == 0 && (*(short*)(request + NameLength) & Running) != 0;
    }

    /// <summary>Makes the interface carry at least this MTU, bytes.</summary>
    /// <returns>0 or a negative errno.</returns>
    internal static int RaiseMtu(uint index, int mtu)
    {
        var request = stackalloc byte[RequestLength];
        var status = Ask(index, GetMtuRequest, request);
        if (status != 0 || *(int*)(request + NameLength) >= mtu)
        {
            return status;
        }

        *(int*)(request + NameLength) = mtu;
        return Ask(index, SetMtuRequest, request);
    }

    private static int Ask(uint index, nuint what, byte* request)
    {
        if (IndexToName(index, request) == null)
        {
            return -Marshal.GetLastSystemError();
        }

        var socket = Socket(InternetFamily, DatagramCloseOnExec, 0);
        if (socket < 0)
        {
            return -Marshal.GetLastSystemError();
        }

        var status = IoControl(socket, what, request) < 0 ? -Marshal.GetLastSystemError() : 0;
        _ = Close(socket); // nothing was written that could fail to arrive
        return status;
    }

    [LibraryImport("libc", EntryPoint = "if_indextoname")]
    private static partial byte* IndexToName(uint index, byte* name);

    [LibraryImport("libc", EntryPoint = "if_nametoindex")]
    private static partial uint NameToIndex(byte* name);

    [LibraryImport("libc", EntryPoint = "socket")]
    private static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int IoControl(int file, nuint request, byte* argument);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
