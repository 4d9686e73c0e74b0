namespace NvgreGateway.Dpdk;

/// <summary>A DPDK call outside the hot path failed; the message says which, on what, and why.</summary>
public sealed class DpdkException : Exception
{
    /// <summary>Creates one from what was attempted and the code DPDK returned.</summary>
    /// <param name="what">What was attempted, with the name of the thing.</param>
    /// <param name="status">Negative errno as DPDK returns it, or 0 if there is none.</param>
    /// <param name="hint">What the user can do about it, or what the driver logged.</param>
    public DpdkException(string what, int status = 0, string? hint = null)
        : base(Compose(what, status, hint)) => Error = Math.Abs(status);

    /// <summary>The positive errno, 0 if there is none.</summary>
    public int Error { get; }

    private static string Compose(string what, int status, string? hint)
    {
        var text = status == 0 ? what : $"{what}: {ErrorText(status)}";
        return string.IsNullOrEmpty(hint) ? text : $"{text}. {hint}";
    }

    private static string ErrorText(int status) => $"{System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(Math.Abs(status))} (errno {Math.Abs(status)})";
}
