using System.Runtime.InteropServices;

namespace NvgreGateway.Data;

/// <summary>What the kernel says of a network interface that a DPDK driver stands on; without allocation.</summary>
internal static partial class Interface
{
    /// <summary>Whether the interface is there.</summary>
    internal static bool Exists(string name) => IndexOf(name) != 0;

    [LibraryImport("libc", EntryPoint = "if_nametoindex", StringMarshalling = StringMarshalling.Utf8)]
    private static partial uint IndexOf(string name);
}
