import { Fn, RemovalPolicy, SecretValue, Validations } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  OriginSslPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { EDGE_HEADER } from '../functions/platform/edge-header.ts';

/** The distribution before the API, as a deployment sets it. */
export interface Edge {
  /** ARN of a web ACL of scope CLOUDFRONT: such a one lives in us-east-1, wherever the API is. */
  readonly webAclArn: string;
  /** Name under which wallets reach it. Its DNS record is yours to make. @default - one of CloudFront's own */
  readonly domainName?: string | undefined;
  /** ARN of the name's certificate, in us-east-1. Required with a name. */
  readonly certificateArn?: string | undefined;
}

/** What {@link WalletEdge} is told. */
export interface WalletEdgeProps extends Edge {
  readonly stage: string;
  readonly api: HttpApi;
  readonly key: IKey;
  /** Keep the secret when the stack goes. */
  readonly retain: boolean;
}

/**
 * What stands between strangers and the API: a CloudFront distribution under a web ACL. An HTTP API takes no web ACL
 * itself. Nothing is cached; requests pass unchanged but for their host.
 *
 * The API keeps its own address, which CloudFront calls. So that nobody goes round the firewall to the wallets' routes,
 * the distribution adds a secret header, and their function refuses who does not bring it.
 */
export class WalletEdge extends Construct {
  /** Base URL under which wallets and apps reach the API. */
  readonly url: string;
  /** Of the secret that the distribution adds to each request. */
  readonly secretArn: string;

  constructor(scope: Construct, id: string, props: WalletEdgeProps) {
    super(scope, id);
    const secret = new CfnSecret(this, 'Secret', {
      description: 'What the distribution shows the functions of Countersign, so that nobody goes round it.',
      generateSecretString: { passwordLength: 48, excludePunctuation: true },
      kmsKeyId: props.key.keyArn,
    });
    secret.applyRemovalPolicy(props.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);
    this.secretArn = secret.ref;
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'The distribution reads this secret on deployment: rotated in between, it would lock every wallet out. A deployment with a new secret rotates it.',
    });

    const { domainName, certificateArn } = props;
    const named =
      domainName === undefined || certificateArn === undefined
        ? {}
        : {
            domainNames: [domainName],
            certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
          };
    const distribution = new Distribution(this, 'Distribution', {
      comment: `Countersign ${props.stage}: the API, behind a firewall`,
      ...named,
      webAclId: props.webAclArn,
      httpVersion: HttpVersion.HTTP2_AND_3,
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      defaultBehavior: {
        origin: new HttpOrigin(Fn.select(2, Fn.split('/', props.api.apiEndpoint)), {
          protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
          originSslProtocols: [OriginSslPolicy.TLS_V1_2],
          // A reference that CloudFormation resolves: the value is in no template.
          customHeaders: { [EDGE_HEADER]: SecretValue.secretsManager(secret.ref).unsafeUnwrap() },
        }),
        viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
        allowedMethods: AllowedMethods.ALLOW_ALL,
        cachePolicy: CachePolicy.CACHING_DISABLED,
        // The host must be the API's own; all else passes.
        originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        compress: false,
      },
    });
    this.url = `https://${domainName ?? distribution.distributionDomainName}`;

    Validations.of(distribution).acknowledge(
      {
        id: 'AwsSolutions-CFR1',
        reason:
          'People carry their wallets over borders: whom to ask from where is for policy, which says why.',
      },
      {
        id: 'AwsSolutions-CFR3',
        reason:
          "CloudFront's logs hold the addresses of people. The API logs each request without them, and the firewall logs what it blocks.",
      },
    );
    if (domainName === undefined)
      Validations.of(distribution).acknowledge({
        id: 'AwsSolutions-CFR4',
        reason:
          'Under a name of its own CloudFront chooses the oldest protocol itself; with domainName and certificateArn it is TLS 1.2.',
      });
  }
}
