using System.Text;
using NvgreGateway.Control.Flows;
using NvgreGateway.Control.Tests.Loop;
using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Tests.Flows;

public sealed class FlowWishesTests
{
    /// <summary>Stations in pairs grow with the square of records: sixty thousand on each side are not to be paired.</summary>
    [Fact]
    public void RecordsArePairedOnlyAsFarAsTablesReach()
    {
        var records = new StringBuilder();
        for (int i = 0; i < 200; i++)
        {
            records.Append(i == 0 ? "" : ", ").Append($$"""{ "mac": "02:00:00:00:0a:{{i:x2}}", "port": "access0", "vlan": 100 }, { "mac": "02:00:00:00:0b:{{i:x2}}", "pa": "192.0.2.2" }""");
        }

        string json = PlaneFixture.Json(
            underlay: ", \"neighbors\": [ { \"address\": \"192.0.2.2\", \"mac\": \"02:00:00:00:02:fe\" } ]",
            peers: $"{{ \"address\": \"192.0.2.2\", \"flowId\": \"zero\" }} ], \"records\": [ {records}");
        using var f = new PlaneFixture(json);
        int wishes = FlowWishes.Tunnels(f.Memory, f.Plane.Index).Count;
        Assert.InRange(wishes, 1, 2 * FlowTable.Capacity);
    }
}
