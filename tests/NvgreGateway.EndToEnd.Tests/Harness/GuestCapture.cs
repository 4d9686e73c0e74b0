namespace NvgreGateway.EndToEnd.Tests;

/// <summary>A capture made inside a guest, fetched from it when it is read.</summary>
internal sealed class GuestCapture(Lab lab, Guest guest, string name)
{
    private readonly CaptureFile _file = new(System.IO.Path.Combine(lab.Folder, name + ".pcap"));

    /// <summary>Fetches what was captured so far.</summary>
    public void Refresh() => guest.Get($"/tmp/{name}.pcap", _file.Path);

    public long Count(string filter) => _file.Count(filter);

    public void AssertWellFormed(string filter) => _file.AssertWellFormed(filter);

    /// <summary>As <see cref="Accounting.MustEqual"/>.</summary>
    public void MustEqual(Gateway gateway, string port, string gatewayFilter) =>
        Accounting.MustEqual(gateway, port, _file, gatewayFilter, refresh: Refresh);
}
