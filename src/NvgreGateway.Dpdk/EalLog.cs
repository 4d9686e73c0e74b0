using System.Text;

namespace NvgreGateway.Dpdk;

/// <summary>What EAL and drivers logged, caught by the shim instead of written to the standard error stream.</summary>
internal static unsafe class EalLog
{
    /// <summary>Takes what was logged since the last call.</summary>
    internal static string Read()
    {
        using var text = new MemoryStream();
        var buffer = new byte[4096];
        fixed (byte* bytes = buffer)
        {
            while (Native.LogRead(bytes, (uint)buffer.Length) is var read and > 0)
            {
                text.Write(buffer, 0, (int)read);
            }
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }

    /// <summary>The log as the end of an error message; empty for an empty one.</summary>
    internal static string Quote(string log) => log.Trim() is { Length: > 0 } said ? $"DPDK said:\n{said}" : "";
}
